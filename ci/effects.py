# SPDX-License-Identifier: GPL-2.0-only
"""
effects.py - what a statement does, as far as the syntax tree of its file tells: the names it reads and writes.

Two statements may change places unseen if neither writes what the other reads or writes, and the one that is passed over
does nothing that somebody else could meet: it takes no lock, announces nothing, yields to nobody, leaves no loop. A name
stands for all variables and fields called so, but for the variables of functions that are called, which errs on the side of "may not".

Unknown, and so never equivalent, is a statement that calls a function whose body is not in the file or its headers, that
writes through a pointer to a plain value, into an array it was given, into a union or a whole struct at once.
"""
from clang import cindex
from clang.cindex import BinaryOperator as B
from clang.cindex import CursorKind as K
from clang.cindex import TypeKind as T

# No other code runs, and nothing is written that anybody reads before the operation yields. memcpy: of a record, in mm_announce.
HARMLESS = {"__builtin_expect", "sim_stop", "count_mark", "sim_log", "sim_log_text"}
ANNOUNCES = {"sim_event", "memcpy"}
LEAVES = {K.RETURN_STMT, K.BREAK_STMT, K.CONTINUE_STMT, K.GOTO_STMT, K.INDIRECT_GOTO_STMT, K.ASM_STMT}
WRAPPERS = {K.UNEXPOSED_EXPR, K.PAREN_EXPR}
STEPS, ADDRESS = (1, 2, 3, 4), 5  # CXUnaryOperatorKind: ++ and --; &

UNARY_KIND = cindex.conf.lib.clang_getCursorUnaryOperatorKind
UNARY_KIND.argtypes = [cindex.Cursor]


class Effects:
    """Names read and written; known is false when the tree cannot tell."""

    def __init__(self):
        self.reads, self.writes, self.known = set(), set(), True

    def add(self, other):
        self.reads |= other.reads
        self.writes |= other.writes
        self.known = self.known and other.known


def bare(cursor):
    """Without parentheses and casts nobody wrote."""
    while cursor.kind in WRAPPERS:
        children = list(cursor.get_children())
        if len(children) != 1:
            break
        cursor = children[0]
    return cursor


def is_own(cursor, called):
    """A variable of a function that is called: nobody else sees it."""
    return (called and cursor.kind == K.DECL_REF_EXPR and cursor.referenced.semantic_parent.kind == K.FUNCTION_DECL and
            cursor.referenced.storage_class != cindex.StorageClass.STATIC)


def written(cursor, effects, called):
    """The place that an assignment goes to."""
    cursor = bare(cursor)
    children = list(cursor.get_children())
    if cursor.kind == K.ARRAY_SUBSCRIPT_EXPR and bare(children[0]).type.get_canonical().kind == T.CONSTANTARRAY:
        written(children[0], effects, called)
    elif cursor.kind in (K.MEMBER_REF_EXPR, K.DECL_REF_EXPR) and cursor.referenced:
        if is_own(cursor, called):
            return
        whole = cursor.type.get_canonical().kind == T.RECORD
        if whole or cursor.referenced.semantic_parent.kind == K.UNION_DECL:
            effects.known = False
        effects.writes.add(cursor.spelling)
    else:
        effects.known = False


def atomic(operands, effects, called):
    """__atomic_...(&place, ...): whatever it does, it may write the places."""
    for operand in map(bare, operands):
        if operand.type.get_canonical().kind == T.POINTER:
            inner = list(operand.get_children())
            if operand.kind == K.UNARY_OPERATOR and UNARY_KIND(operand) == ADDRESS:
                written(inner[0], effects, called)
            else:
                effects.known = False


class Reader:
    """Effects of statements of one file. forbidden: which functions somebody else could meet, told from the name."""

    def __init__(self, forbidden, harmless=frozenset()):
        self.forbidden, self.harmless, self.bodies = forbidden, HARMLESS | harmless, {}

    def call(self, cursor, effects):
        name, definition = cursor.spelling, cursor.referenced.get_definition() if cursor.referenced else None
        if name in self.harmless:
            return
        body = [c for c in definition.get_children() if c.kind == K.COMPOUND_STMT] if definition else []
        if self.forbidden(name) or not body:  # without a body: a pointer to a function is called
            effects.known = False
            return
        if name not in self.bodies:
            self.bodies[name] = Effects()  # for one that calls itself
            self.walk(body[0], self.bodies[name], True)
        effects.add(self.bodies[name])

    def walk(self, cursor, effects, called):
        """called: in the body of a function, where leaving leads no further than back."""
        kind, children = cursor.kind, list(cursor.get_children())
        if kind in LEAVES and not (called and kind not in (K.GOTO_STMT, K.INDIRECT_GOTO_STMT, K.ASM_STMT)):
            effects.known = False
        elif kind == K.CALL_EXPR:
            self.call(cursor, effects)
        elif kind == K.COMPOUND_ASSIGNMENT_OPERATOR or kind == K.BINARY_OPERATOR and cursor.binary_operator == B.Assign:
            written(children[0], effects, called)
        elif kind == K.UNARY_OPERATOR and UNARY_KIND(cursor) in STEPS:
            written(children[0], effects, called)
        elif kind in (K.MEMBER_REF_EXPR, K.DECL_REF_EXPR) and not is_own(cursor, called):
            effects.reads.add(cursor.spelling)
        elif kind == K.UNEXPOSED_EXPR and len(children) > 1 and children[0].kind != K.MEMBER_REF:  # .name = value
            atomic(children, effects, called)
        for child in children:
            self.walk(child, effects, called)

    def of(self, cursor):
        effects = Effects()
        self.walk(cursor, effects, False)
        return effects


def reader_of_events():
    """For announcements: to queue a record is all they do."""
    return Reader(lambda name: False, ANNOUNCES)


def may_pass(statement, event):
    """Effects of a statement, and of the announcement behind it: is the order of the two nobody's business?"""
    return statement.known and event.known and not (
        statement.writes & (event.reads | event.writes) or event.writes & statement.reads)
