# SPDX-License-Identifier: GPL-2.0-only
"""
mutants.py - every first-order mutant of a C file, from its syntax tree.

A mutant is one small change of the text, such as a person might have typed: (start, end, new) in the file. The tree
says what a token is (is this * a product?), the text says where it stands: all positions are those of the file, also
inside the arguments of a macro. What only the body of a macro contains, in another file or here, has no position of its
own and is not mutated; numbers of `#define NAME number` are.

The name of a mutant, file:function:operator:hash, hashes the line it stands on and what becomes of it, and nothing else:
edits elsewhere, even in the same function, leave it alone. Equal changes of equal lines in one function are counted.

Left out: conditions of assertions (a mutant there makes an assertion that fires always or never, which says nothing of
the code), what only counts a mark (count_mark, marked: nothing of the stack reads the counters), sizes of arrays,
enumerators, #include and #if; announcements made one statement early, where the tree shows that nobody can tell
(effects.py).
"""
import ctypes
import difflib
import hashlib
import re

from clang import cindex
from clang.cindex import CursorKind as K

import effects

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*"""
    r"""|>>=|<<=|\.\.\.|->|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^=!<>]=|\S""", re.S)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$")
DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]")  # no parameters: NAME( has no blank

BINARY = {  # operator of mutants, then what each token becomes
    "<": ("relational", "<=", ">="), "<=": ("relational", "<", ">"),
    ">": ("relational", ">=", "<="), ">=": ("relational", ">", "<"),
    "==": ("relational", "!="), "!=": ("relational", "=="),
    "+": ("arithmetic", "-"), "-": ("arithmetic", "+"), "*": ("arithmetic", "/"), "/": ("arithmetic", "*"),
    "%": ("arithmetic", "*"), "+=": ("arithmetic", "-="), "-=": ("arithmetic", "+="), "*=": ("arithmetic", "/="),
    "/=": ("arithmetic", "*="), "%=": ("arithmetic", "*="),
    "&&": ("logical", "||"), "||": ("logical", "&&"),
    "&": ("bitwise", "|"), "|": ("bitwise", "&"), "^": ("bitwise", "|"), "<<": ("bitwise", ">>"), ">>": ("bitwise", "<<"),
    "&=": ("bitwise", "|="), "|=": ("bitwise", "&="), "^=": ("bitwise", "|="), "<<=": ("bitwise", ">>="),
    ">>=": ("bitwise", "<<="),
}
UNARY = {"++": ("arithmetic", "--"), "--": ("arithmetic", "++"), "!": ("logical", ""), "~": ("bitwise", ""),
         "-": ("arithmetic", "")}
WORDS = {"true": ("constant", "false"), "false": ("constant", "true"), "min_of": ("minmax", "max_of"),
         "max_of": ("minmax", "min_of")}
ASSERTIONS = {"VM_BUG_ON", "lockdep_assert_held", "_Static_assert", "assert"}
MARKS = {"count_mark", "marked"}
CHANGES = {"=", "++", "--"} | {word for word in BINARY if word[-1] == "=" and word not in ("==", "!=", "<=", ">=")}

UNLOCK = re.compile(r"(spin_unlock\w*|local_irq_enable)\s*\(")
LOCK = re.compile(r"(spin_lock|spin_lock_irqsave|local_irq_disable)\s*\(")
IRQSAVE = re.compile(r"spin_lock_irqsave\s*\((.*),\s*(\w+)\s*\)$", re.S)
EVENT = re.compile(r"(mm_announce|mm_report|announce_\w+|zone_end_boost)\s*\(")
EXPRESSION = {K.CALL_EXPR, K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR, K.UNARY_OPERATOR}
CONDITIONAL = {K.IF_STMT: r"if\s*\(", K.WHILE_STMT: r"while\s*\(", K.FOR_STMT: r"for\s*\("}
BODIES = {K.IF_STMT: 1, K.WHILE_STMT: 1, K.CASE_STMT: 1, K.DEFAULT_STMT: 0, K.FOR_STMT: -1}  # the first child that is a body
WRITES_TEXT = re.compile(r"struct text\b")
REPORT_NAMES = re.compile(r"(^|_)(show|print|dump)(_|$)")

OPERATORS = ("relational", "arithmetic", "logical", "bitwise", "constant", "minmax", "condition", "statement", "call",
             "arguments", "return_missing", "return_early", "return_value", "loop", "lock", "unlock", "unlock_moved", "irq",
             "event_missing", "event_early")


class Mutant:
    """One change of one file."""

    def __init__(self, source, function, operator, start, end, new, where):
        self.source, self.function, self.operator = source, function, operator
        self.start, self.end, self.new, self.where = start, end, new, where
        self.path, self.line = source.path, source.line_of(where)
        self.report = source.is_report(function)
        self.id = ""

    def key(self):
        """What the name is made of: the line, what stands before the change in it, and what the change is."""
        begin, stop = self.source.line_span(self.where)
        words = (self.source.text[begin:stop].strip(), self.source.text[begin:self.start].strip(),
                 self.source.text[self.start:self.end].strip(), self.new.strip())
        return "\0".join((self.path, self.function, self.operator) + words)

    def mutated(self):
        return self.source.text[:self.start] + self.new + self.source.text[self.end:]

    def diff(self, context=3):
        old, new = self.source.text.splitlines(True), self.mutated().splitlines(True)
        return "".join(difflib.unified_diff(old, new, "a/" + self.path, "b/" + self.path, n=context))

    def brief(self):
        """The change on one line."""
        lines = [l for l in self.diff(0).splitlines() if l[:1] in "+-" and l[:3] not in ("+++", "---")]
        return " ".join(l[0] + " " + l[1:].strip() for l in lines)


class Source:
    """One file: text, tokens, tree."""

    def __init__(self, path, flags):
        self.path = path
        with open(path, "rb") as f:
            self.text = f.read().decode("latin-1")  # a byte is a character: offsets agree with clang's
        self.tokens = [(m.start(), m.group()) for m in TOKEN.finditer(self.text) if m.group()[:2] not in ("//", "/*")]
        self.at = {start: i for i, (start, _) in enumerate(self.tokens)}
        self.lines = [0] + [m.end() for m in re.finditer("\n", self.text)]
        self.directives = [m.span() for m in re.finditer(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", self.text, re.M)]
        self.tree = cindex.Index.create().parse(path, args=flags)
        errors = [d for d in self.tree.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if errors:
            raise ValueError(f"{path}:{errors[0].location.line}: {errors[0].spelling}")
        self.blocked = list(self.directives) + [self.macro_span(i) for i, (_, w) in enumerate(self.tokens) if w in ASSERTIONS]
        self.marks = [self.mark_span(i) for i, (_, w) in enumerate(self.tokens) if w in MARKS]
        self.for_marks = self.functions_for_marks()
        self.reports = {}

    def functions_for_marks(self):
        """Static functions that nothing but marks asks."""
        names = {c.spelling for c in self.tree.cursor.get_children() if c.kind == K.FUNCTION_DECL and c.is_definition() and
                 c.storage_class == cindex.StorageClass.STATIC and c.location.file and c.location.file.name == self.path}
        used = [(w, any(a <= start < b for a, b in self.marks)) for start, w in self.tokens if w in names]
        return {name for name in names if (name, True) in used and used.count((name, False)) == 1}

    def mark_span(self, i):
        """What is there for the mark alone: of marked(x, MARK) all behind x, and if nobody takes the answer, all of it."""
        close = self.closing(i + 1)
        inside = {word for _, word in self.tokens[i:close]}
        start, end = self.macro_span(i)
        nobody = self.tokens[i - 1][1] in (";", "{", "}", ")", "else") and self.tokens[close + 1][1] == ";"
        if self.tokens[i][1] == "marked" and (not nobody or inside & CHANGES):
            start = self.tokens[self.last_comma(i + 1)][0]
        return start, end

    def last_comma(self, i):
        """Of the arguments in the parenthesis which token i opens."""
        depth, comma = 0, i
        for j in range(i, self.closing(i)):
            depth += {"(": 1, ")": -1}.get(self.tokens[j][1], 0)
            comma = j if depth == 1 and self.tokens[j][1] == "," else comma
        return comma

    def macro_span(self, i):
        """From a name to the end of its arguments."""
        close = self.closing(i + 1)
        return self.tokens[i][0], self.tokens[close][0] + 1

    def closing(self, i):
        """The token that closes the parenthesis which token i opens."""
        depth = 0
        for j in range(i, len(self.tokens)):
            depth += {"(": 1, ")": -1}.get(self.tokens[j][1], 0)
            if depth <= 0:
                return j
        return len(self.tokens) - 1

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def line_span(self, offset):
        begin = self.text.rfind("\n", 0, offset) + 1
        stop = self.text.find("\n", offset)
        return begin, stop if stop >= 0 else len(self.text)

    def is_blocked(self, start, end):
        return (any(start < b and a < max(end, start + 1) for a, b in self.blocked) or
                any(a <= start and end <= b for a, b in self.marks))

    def is_mark(self, span):
        """A statement that does nothing but count a mark."""
        return any(a == span[0] and b == span[1] - 1 for a, b in self.marks)

    def is_report(self, function):
        return "show" in self.path.rsplit("/", 1)[-1] or bool(REPORT_NAMES.search(function)) or self.reports.get(function, False)

    def token_index_before(self, offset):
        """The last token that begins before offset; -1 none."""
        low, high = 0, len(self.tokens)
        while low < high:
            mid = (low + high) // 2
            low, high = (mid + 1, high) if self.tokens[mid][0] < offset else (low, mid)
        return low - 1


def _file_location():
    call = cindex.conf.lib.clang_getFileLocation
    number = ctypes.POINTER(ctypes.c_uint)
    call.argtypes = [cindex.SourceLocation, ctypes.POINTER(cindex.c_object_p), number, number, number]
    call.restype = None
    return call


FILE_LOCATION = _file_location()


def offset_of(location):
    """Where it stands in its file; for what a macro brought along, where the macro is used."""
    offset = ctypes.c_uint()
    FILE_LOCATION(location, None, None, None, ctypes.byref(offset))
    return offset.value


class Maker:
    """Walks one file and collects what can be changed."""

    def __init__(self, source):
        self.source, self.text, self.found, self.function = source, source.text, {}, ""
        self.void = self.returns_bool = False
        self.quiet = effects.Reader(lambda name: any(p.match(name + "(") for p in (LOCK, UNLOCK, EVENT)))
        self.announced = effects.reader_of_events()

    def add(self, operator, start, end, new, where=None):
        """where: what it is about, when that is not its beginning."""
        if self.text[start:end] != new and not self.source.is_blocked(start, end):
            self.found.setdefault((start, end, new), Mutant(self.source, self.function, operator, start, end, new,
                                                                   start if where is None else where))

    def span(self, cursor):
        return offset_of(cursor.extent.start), offset_of(cursor.extent.end)

    def token(self, offset):
        i = self.source.at.get(offset)
        return self.source.tokens[i][1] if i is not None else ""

    # --- expressions ---

    def binary(self, cursor):
        children = list(cursor.get_children())
        i = self.source.token_index_before(offset_of(children[-1].extent.start)) if len(children) == 2 else -1
        if i < 0 or self.source.tokens[i][1] not in BINARY:
            return
        start, old = self.source.tokens[i]
        operator, *others = BINARY[old]
        for new in others:
            self.add(operator, start, start + len(old), new)

    def unary(self, cursor):
        start, end = self.span(cursor)
        old = self.token(start)
        if old not in UNARY:  # x++
            i = self.source.token_index_before(end)
            start, old = self.source.tokens[i]
            if old not in ("++", "--"):
                return
        operator, new = UNARY[old]
        self.add(operator, start, start + len(old), new)

    def number(self, start):
        match = NUMBER.match(self.token(start))
        if not match:
            return
        digits, suffix = match.groups()
        base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" and len(digits) > 1 else 10
        value = int(digits, base)
        for new in (value + 1, value - 1):
            word = hex(new) if base == 16 and new >= 0 else oct(new).replace("o", "") if base == 8 else str(new)
            self.add("constant", start, start + len(match.group()), word + suffix)

    def ternary(self, cursor):
        children = list(cursor.get_children())
        if len(children) != 3:
            return
        start = offset_of(children[0].extent.start)
        i = self.source.token_index_before(offset_of(children[1].extent.start))
        if i < 0 or self.source.tokens[i][1] != "?" or self.source.tokens[i][0] <= start:
            return
        self.negate(start, self.source.tokens[i][0])

    def arguments(self, cursor):
        arguments = list(cursor.get_arguments())
        for one, two in zip(arguments, arguments[1:]):
            (a, b), (c, d) = self.span(one), self.span(two)
            if not a < b <= c < d or self.text[b:c].strip() != "," or self.text[a:b] == self.text[c:d]:
                continue
            if one.type.get_canonical().spelling == two.type.get_canonical().spelling:
                self.add("arguments", a, d, self.text[c:d] + self.text[b:c] + self.text[a:b])

    # --- statements ---

    def negate(self, start, end):
        condition = self.text[start:end].strip()
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        if condition and condition.count("(") == condition.count(")"):
            self.add("condition", start, start + len(condition), "!(" + condition + ")")

    def condition(self, cursor, opening):
        start = self.span(cursor)[0]
        match = re.compile(opening).match(self.text, start)
        if not match:
            return
        i = self.source.at[match.end() - 1]
        close = self.source.closing(i)
        begin, end = match.end(), self.source.tokens[close][0]
        if cursor.kind == K.FOR_STMT:
            semicolons = [o for o, w in self.source.tokens[i:close] if w == ";"]
            begin, end = semicolons[0] + 1, semicolons[1]
        self.negate(begin, end)

    def do_condition(self, cursor):
        children = list(cursor.get_children())
        if self.token(self.span(cursor)[0]) == "do" and len(children) == 2:
            self.negate(*self.span(children[1]))

    def whole(self, cursor):
        """A statement with its semicolon; None when it is not written out here."""
        start, end = self.span(cursor)
        i = self.source.token_index_before(end) + 1
        if start not in self.source.at or start >= end:
            return None
        if self.text[end - 1] in ";}":
            return start, end
        if i < len(self.source.tokens) and self.source.tokens[i][1] == ";":
            return start, self.source.tokens[i][0] + 1
        return None

    def delete(self, operator, start, end, alone):
        """alone: the body of an if or a loop, where something must remain."""
        begin, stop = self.source.line_span(start)[0], self.source.line_span(end - 1)[1]
        if not alone and not self.text[begin:start].strip() and not self.text[end:stop].strip():
            self.add(operator, begin, stop + 1, "", start)
        else:
            self.add(operator, start, end, ";")

    def swap(self, operator, previous, here):
        """previous: where the statement before is, and what."""
        if previous and previous[0][1] <= here[0] and not self.source.is_mark(previous[0]):
            previous = previous[0]
            between = self.text[previous[1]:here[0]]
            if not COMMENT.sub("", between).strip():
                self.add(operator, previous[0], here[1], self.text[slice(*here)] + between + self.text[slice(*previous)],
                         here[0])

    def call(self, cursor, span, previous, alone):
        """A statement that calls: what it is for decides the operator."""
        if self.source.is_mark(span):
            return
        words = self.text[span[0]:span[1]].rstrip(";").rstrip()
        if UNLOCK.match(words):
            self.delete("unlock", *span, alone)
            self.swap("unlock_moved", previous, span)
        elif LOCK.match(words):
            self.delete("lock", *span, alone)
            match = IRQSAVE.match(words)
            if match:
                self.add("irq", *span, f"{{ {match.group(2)} = this_cpu->irqs_off; spin_lock({match.group(1)}); }}")
        elif EVENT.match(words):
            self.delete("event_missing", *span, alone)
            if not previous or not effects.may_pass(self.quiet.of(previous[1]), self.announced.of(cursor)):
                self.swap("event_early", previous, span)
        elif cursor.kind in EXPRESSION:
            self.delete("call" if cursor.kind == K.CALL_EXPR else "statement", *span, alone)
        elif words.startswith("INV"):
            self.delete("call", *span, alone)

    def give_back(self, cursor, span, alone, last):
        value = list(cursor.get_children())
        if not value:
            if not last and not alone:  # alone: deleting the whole if says the same
                self.delete("return_missing", *span, alone)
            return
        start, end = self.span(value[0])[0], span[1] - 1
        kind, old = value[0].type.get_canonical().kind, self.text[start:end].strip()
        new = "0"
        if old in WORDS:
            return  # a constant, seen as such
        if self.returns_bool:
            new = f"!({old})"
        elif old in ("0", "NULL", "false"):
            new = "1"
        if kind != cindex.TypeKind.RECORD and not (new == "1" and kind == cindex.TypeKind.POINTER):
            self.add("return_value", start, end, new)

    def early_exit(self, cursor, span):
        children = list(cursor.get_children())
        body = re.sub(r"^\{\s*|\s*\}$", "", self.text[slice(*self.span(children[1]))])
        if len(children) == 2 and re.match(r"return\b[^;]*;?$", body, re.S):
            self.delete("return_missing", *span, False)

    def statement(self, cursor, previous, alone, last):
        span = self.whole(cursor)
        if not span:
            return
        if cursor.kind == K.RETURN_STMT:
            self.give_back(cursor, span, alone, last)
        elif cursor.kind in (K.BREAK_STMT, K.CONTINUE_STMT):
            other = {"break": "continue", "continue": "break"}[self.token(span[0])]
            self.add("loop", span[0], span[1], other + ";")
            self.delete("loop", *span, alone)
        elif cursor.kind == K.IF_STMT and self.token(span[0]) == "if":
            self.early_exit(cursor, span)
        elif cursor.kind in EXPRESSION or cursor.kind == K.DO_STMT and self.token(span[0]) != "do":
            self.call(cursor, span, previous, alone)

    def compound(self, cursor, outermost):
        previous, children = None, list(cursor.get_children())
        for child in children:
            last = outermost and child == children[-1]
            self.statement(child, previous, False, last)
            here = self.whole(child)
            if last and self.void and len(children) > 1 and here:
                self.add("return_early", here[0], here[0], "return;\n\t")
            previous = (here, child) if here and child.kind != K.DECL_STMT else None

    def visit(self, cursor, inside):
        kind = cursor.kind
        if kind in (K.BINARY_OPERATOR, K.COMPOUND_ASSIGNMENT_OPERATOR):
            self.binary(cursor)
        elif kind == K.UNARY_OPERATOR:
            self.unary(cursor)
        elif kind == K.INTEGER_LITERAL:
            self.number(self.span(cursor)[0])
        elif kind == K.CONDITIONAL_OPERATOR:
            self.ternary(cursor)
        elif kind == K.CALL_EXPR:
            self.arguments(cursor)
        elif kind in CONDITIONAL:
            self.condition(cursor, CONDITIONAL[kind])
        elif kind == K.DO_STMT:
            self.do_condition(cursor)
        elif kind == K.COMPOUND_STMT:
            self.compound(cursor, inside == K.FUNCTION_DECL)
        if kind in (K.FIELD_DECL, K.ENUM_DECL, K.STRUCT_DECL, K.STATIC_ASSERT):
            return
        array = kind == K.VAR_DECL and cursor.type.kind == cindex.TypeKind.CONSTANTARRAY
        children = list(cursor.get_children())
        for i, child in enumerate(children):
            if array and child.kind == K.INTEGER_LITERAL:
                continue  # the size
            if kind in BODIES and i >= (BODIES[kind] if BODIES[kind] >= 0 else len(children) - 1) and child.kind != K.COMPOUND_STMT:
                self.statement(child, None, True, False)
            self.visit(child, kind)

    # --- the file ---

    def words(self, start, end):
        first = self.source.token_index_before(start) + 1
        for offset, word in self.source.tokens[first:self.source.token_index_before(end) + 1]:
            if word in WORDS:
                operator, new = WORDS[word]
                self.add(operator, offset, offset + len(word), new)

    def top(self, cursor):
        start, end = self.span(cursor)
        self.function = cursor.spelling
        if cursor.spelling in self.source.for_marks:
            return
        if cursor.kind == K.FUNCTION_DECL and cursor.is_definition():
            result = cursor.result_type
            self.void = result.kind == cindex.TypeKind.VOID
            self.returns_bool = result.get_canonical().kind == cindex.TypeKind.BOOL
            self.source.reports[self.function] = bool(WRITES_TEXT.search(self.text[start:end]))
            self.visit(cursor, None)
            self.words(start, end)
        elif cursor.kind == K.VAR_DECL:
            self.visit(cursor, None)
            self.words(start, end)

    def defines(self):
        """Numbers that have a name."""
        for a, b in self.source.directives:
            match = DEFINE.match(self.text, a, b)
            if not match:
                continue
            self.function = match.group(1)
            self.source.blocked.remove((a, b))
            for i in range(self.source.token_index_before(match.end()) + 1, self.source.token_index_before(b) + 1):
                self.number(self.source.tokens[i][0])

    def all(self):
        for cursor in self.source.tree.cursor.get_children():
            if cursor.location.file and cursor.location.file.name == self.source.path:
                self.top(cursor)
        self.defines()
        return sorted(self.found.values(), key=lambda m: (m.start, m.end, m.new))


def mutants_of(path, flags):
    """All mutants of a file, in the order of the text, each with its name."""
    found, seen = Maker(Source(path, flags)).all(), {}
    for mutant in found:
        key = mutant.key()
        seen[key] = seen.get(key, 0) + 1
        digest = hashlib.sha256(f"{key}\0{seen[key]}".encode("latin-1")).hexdigest()[:8]
        mutant.id = f"{mutant.path}:{mutant.function}:{mutant.operator}:{digest}"
    return found
