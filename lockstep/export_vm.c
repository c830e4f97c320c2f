/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * export_vm.c - tasks, files and swap of a program as C, and what runs them.
 *
 *   3: task_write t0 vpn=0 cpu=1 fill=words   # ok
 *
 *        becomes   static void step3(void)
 *                  {
 *                          begin(3, 1, CONTEXT_TASK);
 *                          end_task(0, touch(0, 0, true, 2), "ok");
 *                  }
 *        and       { .run = step3, .cpu = 1 },      in the table of all steps
 *
 * On a machine under pressure kernel threads run while an operation sleeps, and behind its end. So each step is a function
 * that the scheduler runs on its CPU (sim/sched.h), with the switches that the program has there. What a task's page or a
 * file's should hold is followed by the C program itself: whether a task still lives is not in the record.
 */
#include "export.h"

/* Operations that do nothing are steps too: time passes, and kernel threads run. */
void export_open_step(struct exporter *e)
{
	e->has_step[e->step] = true;
	fprintf(e->out, "static void step%u(void)\n{\n", e->step);
}

void export_close_step(struct exporter *e)
{
	fputs("}\n", e->out);
}

/* Under pressure others go on meanwhile. */
void export_sleep(struct exporter *e, const struct op *op, const u64 *a)
{
	export_text(e, e->stepwise ? "sleep_ms($0);\nend_ok(true, $E);\n" : "m->now_ns += $0 * 1000000ULL;\nend_ok(true, $E);\n", op, a);
}

/* --- where a program ends -------------------------------------------------------------------------------------------- */

static bool is_step(const struct exporter *e, u32 i)
{
	const struct op *op = op_by_code(e->p->op[i].code);

	return op && !(op->flags & OP_BOOT);
}

/* The first step that did not answer, and nothing is wrong: the machine panicked there. Others may have begun by a switch. */
void export_find_end(struct exporter *e)
{
	u32 i = program_boot_ops(e->p);

	while (i < e->p->nr_ops && !(is_step(e, i) && e->outcome && e->v && !e->v->failed && !e->outcome[i]))
		i++;
	e->panics = e->stepwise && i < e->p->nr_ops;
	e->end = e->panics && !e->p->nr_switches ? i + 1 : e->p->nr_ops;
}

bool export_is_unfinished(const struct exporter *e)
{
	return e->stepwise && (e->panics || (e->v && e->v->failed && e->p->nr_switches));
}

/* --- the table of steps ---------------------------------------------------------------------------------------------- */

static void put_switches(struct exporter *e, const struct instr *in)
{
	static const char *const kinds[] = { "SWITCH_CPU", "SWITCH_IRQ", "SWITCH_KTHREAD" };

	fprintf(e->out, ", .nr_switches = %u, .switches = (struct sched_switch[]){ ", in->nr_switches);
	for (u32 i = 0; i < in->nr_switches; i++) {
		const struct sched_switch *sw = &e->p->sw[in->first_switch + i];

		fprintf(e->out, "%s{ %u, %s, %u }", i ? ", " : "", sw->at, kinds[sw->kind], sw->target);
	}
	fputs(" }", e->out);
}

/* 0: it is no interrupt that a schedule could deliver. */
static unsigned irq_label(const struct op *op, const struct instr *in)
{
	bool interrupts = instr_context(in) == CONTEXT_HARDIRQ || instr_context(in) == CONTEXT_SOFTIRQ;

	return interrupts && !(op->flags & OP_TASK_ONLY) ? instr_irq_label(in) : 0;
}

static void put_step(struct exporter *e, u32 i)
{
	const struct instr *in = &e->p->op[i];
	const struct op *op = op_by_code(in->code);

	fputs("\t{ ", e->out);
	if (e->has_step[i])
		fprintf(e->out, ".run = step%u, ", i);
	fprintf(e->out, ".cpu = %u", in->cpu % e->cpus);
	if (irq_label(op, in))
		fprintf(e->out, ", .irq = %u", irq_label(op, in));
	if (in->nr_switches && !(op->flags & OP_ONE_STEP))
		put_switches(e, in);
	fputs(" },\n", e->out);
}

void export_steps(struct exporter *e)
{
	fputs("\nstatic struct step program[] = {\n\t{ .run = start },\n", e->out);
	for (u32 i = program_boot_ops(e->p); i < e->end; i++)
		if (is_step(e, i))
			put_step(e, i);
	fputs("};\n", e->out);
}

void export_vm_boot(struct exporter *e)
{
	fputs("\nstatic void start(void)\n{\n", e->out);
	export_slab_boot(e);
	fprintf(e->out, "\tboot_under_pressure(%s);\n}\n", e->p->header.start == START_SCARCE ? "true" : "false");
}

const char export_vm_prelude[] =
	"/* --- steps ---------------------------------------------------------------------------------------- */\n"
	"\n"
	"/* An operation; without run it is skipped. irq: its label, if it is an interrupt. Then what its schedule says. */\n"
	"struct step {\n"
	"\tvoid (*run)(void);\n"
	"\tu8 cpu, irq;\n"
	"\tu32 nr_switches;\n"
	"\tconst struct sched_switch *switches;\n"
	"\tbool begun;\n"
	"};\n"
	"static struct step *steps; /* the first boots the machine */\n"
	"static u32 nr_steps, nr_running;\n"
	"static bool overlapped;\t  /* two were in their middle at once */\n"
	"static void (*last)(void); /* when all have run; NULL: the machine panics before */\n"
	"\n"
	"helper void run_step(void *unused, u32 i)\n"
	"{\n"
	"\tvoid (*run)(void) = i < nr_steps ? steps[i].run : last;\n"
	"\tstruct place below = here;\n"
	"\n"
	"\t(void)unused;\n"
	"\toverlapped |= nr_running++ > 0;\n"
	"\tif (run)\n"
	"\t\trun();\n"
	"\tnr_running--;\n"
	"\there = below;\n"
	"}\n"
	"\n"
	"helper u32 next_on_cpu(void *unused, unsigned cpu)\n"
	"{\n"
	"\tu32 i = 0;\n"
	"\n"
	"\t(void)unused;\n"
	"\twhile (i < nr_steps && (steps[i].begun || steps[i].cpu != cpu))\n"
	"\t\ti++;\n"
	"\tif (i == nr_steps)\n"
	"\t\treturn SCHED_NONE;\n"
	"\tsteps[i].begun = true;\n"
	"\treturn i;\n"
	"}\n"
	"\n"
	"helper u32 next_irq(void *unused, unsigned label)\n"
	"{\n"
	"\tu32 i = 0;\n"
	"\n"
	"\t(void)unused;\n"
	"\twhile (i < nr_steps && (steps[i].begun || steps[i].irq != label))\n"
	"\t\ti++;\n"
	"\tif (i == nr_steps || !label)\n"
	"\t\treturn SCHED_NONE;\n"
	"\tsteps[i].begun = true;\n"
	"\treturn i;\n"
	"}\n"
	"\n"
	"helper u32 switches_of(void *unused, u32 i, const struct sched_switch **list)\n"
	"{\n"
	"\t(void)unused;\n"
	"\tif (i >= nr_steps)\n"
	"\t\treturn 0;\n"
	"\t*list = steps[i].switches;\n"
	"\treturn steps[i].nr_switches;\n"
	"}\n"
	"\n"
	"/* On its CPU's stack; kernel threads run while it sleeps, and when it has ended. */\n"
	"helper void run(u32 i)\n"
	"{\n"
	"\tbool panics;\n"
	"\n"
	"\tsteps[i < nr_steps ? i : 0].begun = true;\n"
	"\tif (sched_run(m->host->sched, i < nr_steps ? steps[i].cpu : 0, i)) {\n"
	"\t\tlook();\n"
	"\t\treturn;\n"
	"\t}\n"
	"\tprintf(\"%.*s\", (int)m->log_bytes, m->host->log);\n"
	"\tpanics = m->stop.kind == STOP_PANIC && !recorded;\n"
	"\tif (panics)\n"
	"\t\tprintf(\"panic: %s\\n\", m->stop.text);\n"
	"\telse\n"
	"\t\tcomplain(m->stop.text);\n"
	"\tdiffers |= panics && last && i; /* with too little memory to begin, nothing was recorded */\n"
	"\texit(exit_status());\n"
	"}\n"
	"\n"
	"helper int run_program(struct step *program, u32 nr, u64 seed, void (*at_the_end)(void))\n"
	"{\n"
	"\tstatic const struct sched_client client = { NULL, run_step, next_on_cpu, next_irq, switches_of, NULL, NULL };\n"
	"\n"
	"\tsteps = program;\n"
	"\tnr_steps = nr;\n"
	"\tlast = at_the_end;\n"
	"\tsched_create(m);\n"
	"\tsched_set_client(m->host->sched, &client);\n"
	"\trun(0);\n"
	"\tm->chance = seed;\n"
	"\tfor (u32 i = 1; i < nr + !!last; i++) {\n"
	"\t\tif (i < nr && steps[i].begun)\n"
	"\t\t\tcontinue;\n"
	"\t\tm->now_ns += 1000;\n"
	"\t\trun(i);\n"
	"\t}\n"
	"\tdiffers |= !last;\n"
	"\treturn exit_status();\n"
	"}\n"
	"\n"
	"/* --- what pages should hold ------------------------------------------------------------------------ */\n"
	"\n"
	"/* The key (disk.h) of what was written there last; 0: all zero. */\n"
	"#define TASK_PAGES 1024 /* of anonymous memory that programs use */\n"
	"static struct {\n"
	"\tbool alive;\n"
	"\tu64 page[TASK_PAGES];\n"
	"\tstruct {\n"
	"\t\tu32 file, first;\n"
	"\t} window[VM_WINDOWS];\n"
	"} tasks[VM_MAX_TASKS];\n"
	"static u64 files[FILE_CHANGEABLE][FILE_LARGEST_PAGES];\n"
	"static bool files_lose; /* a write to a disk fails: what was written to a file may be lost */\n"
	"static struct {\n"
	"\tbool held;\n"
	"\tu64 pfn;\n"
	"} pins[16];\n"
	"\n"
	"/* No two pages that are written hold the same. alike: 0 all words are, 1 each cache line's, 2 and 3 none. */\n"
	"helper u64 new_key(u64 alike)\n"
	"{\n"
	"\tstatic u64 writes;\n"
	"\tu64 key = ++writes * 0x9e3779b97f4a7c15;\n"
	"\n"
	"\treturn ((key ^ key >> 29) & ~3ULL) | alike;\n"
	"}\n"
	"\n"
	"/* Files that nobody may change hold what the disk came with. */\n"
	"helper u64 *file_key(u32 file, u32 index)\n"
	"{\n"
	"\tstatic u64 of_disk;\n"
	"\n"
	"\tif (file < FILE_CHANGEABLE && index < FILE_LARGEST_PAGES)\n"
	"\t\treturn &files[file][index];\n"
	"\tof_disk = disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + index);\n"
	"\treturn &of_disk;\n"
	"}\n"
	"\n"
	"helper u64 *task_key(unsigned task, u32 vpn)\n"
	"{\n"
	"\tu32 window = (vpn - VM_ANON_PAGES) / VM_WINDOW_PAGES;\n"
	"\n"
	"\tif (vpn < VM_ANON_PAGES)\n"
	"\t\treturn &tasks[task].page[vpn];\n"
	"\treturn file_key(tasks[task].window[window].file, tasks[task].window[window].first + vpn % VM_WINDOW_PAGES);\n"
	"}\n"
	"\n"
	"helper void must_hold(u64 key, const void *page, bool of_file)\n"
	"{\n"
	"\tif (!sim_page_holds(key, page) && !overlapped && !(of_file && files_lose))\n"
	"\t\tcomplain(of_file ? \"V50: a page of a file no longer holds what was written there last\" :\n"
	"\t\t\t\t   \"V50: a page of a task no longer holds what was written there last\");\n"
	"}\n"
	"\n"
	"/* --- tasks ----------------------------------------------------------------------------------------- */\n"
	"\n"
	"helper void refuel(void)\n"
	"{\n"
	"\tm->fuel = m->param[PARAM_FUEL];\n"
	"}\n"
	"\n"
	"helper void end_many(u64 done, int error, const char *expected)\n"
	"{\n"
	"\tend(error ? \"partly\" : \"ok\", true, done, expected);\n"
	"}\n"
	"\n"
	"/* What a task asked for; -EINTR: it was killed, and has ended. */\n"
	"helper void note_end(unsigned task, int error)\n"
	"{\n"
	"\tif (error == -EINTR)\n"
	"\t\ttasks[task].alive = false;\n"
	"}\n"
	"\n"
	"helper void end_task(unsigned task, int error, const char *expected)\n"
	"{\n"
	"\tnote_end(task, error);\n"
	"\tend_ok(!error, expected);\n"
	"}\n"
	"\n"
	"helper void end_task_many(unsigned task, u64 done, int error, const char *expected)\n"
	"{\n"
	"\tnote_end(task, error);\n"
	"\tend_many(done, error, expected);\n"
	"}\n"
	"\n"
	"helper void create_task(unsigned task, int adj, const char *expected)\n"
	"{\n"
	"\tint error = task_create(task, adj);\n"
	"\n"
	"\tif (!error) {\n"
	"\t\tmemset(&tasks[task], 0, sizeof(tasks[task]));\n"
	"\t\ttasks[task].alive = true;\n"
	"\t}\n"
	"\tend_task(task, error, expected);\n"
	"}\n"
	"\n"
	"/* One load or store of a whole page. */\n"
	"helper int touch(unsigned task, u32 vpn, bool write, u64 alike)\n"
	"{\n"
	"\tu64 pfn, *key = task_key(task, vpn);\n"
	"\tint error = task_access(task, vpn, write, &pfn);\n"
	"\n"
	"\tif (error)\n"
	"\t\treturn error;\n"
	"\tmust_hold(*key, ram_address(m, pfn), vpn >= VM_ANON_PAGES);\n"
	"\tif (write) {\n"
	"\t\t*key = new_key(alike);\n"
	"\t\tsim_page_fill(*key, ram_address(m, pfn));\n"
	"\t}\n"
	"\treturn 0;\n"
	"}\n"
	"\n"
	"helper void touch_row(unsigned task, u32 vpn, u32 nr, bool write, u64 alike, const char *expected)\n"
	"{\n"
	"\tint error = 0;\n"
	"\tu32 n = 0;\n"
	"\n"
	"\twhile (n < nr && !error) {\n"
	"\t\trefuel();\n"
	"\t\terror = touch(task, (vpn + n) % TASK_PAGES, write, alike);\n"
	"\t\tn += !error;\n"
	"\t}\n"
	"\tend_task_many(task, n, error, expected);\n"
	"}\n"
	"\n"
	"helper u32 window_page(u32 window, u32 page)\n"
	"{\n"
	"\treturn VM_ANON_PAGES + window * VM_WINDOW_PAGES + page;\n"
	"}\n"
	"\n"
	"helper void map_file(unsigned task, unsigned window, u32 file, u32 first, u32 nr, const char *expected)\n"
	"{\n"
	"\tint error = task_mmap(task, window, file, first, nr);\n"
	"\n"
	"\tif (!error) {\n"
	"\t\ttasks[task].window[window].file = file;\n"
	"\t\ttasks[task].window[window].first = first;\n"
	"\t}\n"
	"\tend_task(task, error, expected);\n"
	"}\n"
	"\n"
	"helper void give_up_pages(unsigned task, u32 vpn, u32 nr, const char *expected)\n"
	"{\n"
	"\tint error = task_madvise_dontneed(task, vpn, nr);\n"
	"\n"
	"\tfor (u32 i = vpn; !error && i < vpn + nr && i < TASK_PAGES; i++)\n"
	"\t\ttasks[task].page[i] = 0;\n"
	"\tend_task(task, error, expected);\n"
	"}\n"
	"\n"
	"helper void lock_pages(unsigned task, u32 vpn, u32 nr, const char *expected)\n"
	"{\n"
	"\tu32 locked = 0;\n"
	"\tint error = task_mlock(task, vpn, nr, &locked);\n"
	"\n"
	"\tend_task_many(task, locked, error, expected);\n"
	"}\n"
	"\n"
	"helper void pin_page(unsigned pin, unsigned task, u32 vpn, const char *expected)\n"
	"{\n"
	"\tint error = task_pin(task, vpn, &pins[pin].pfn);\n"
	"\n"
	"\tpins[pin].held = !error;\n"
	"\tend_task(task, error, expected);\n"
	"}\n"
	"\n"
	"helper void unpin_page(unsigned pin)\n"
	"{\n"
	"\tpins[pin].held = false;\n"
	"\ttask_unpin(pins[pin].pfn);\n"
	"}\n"
	"\n"
	"/* --- files, disks ---------------------------------------------------------------------------------- */\n"
	"\n"
	"helper int file_page(u32 file, u32 index, bool write, u64 alike)\n"
	"{\n"
	"\tstatic u64 buffers[SIM_MAX_CPUS][PAGE_SIZE / 8];\n"
	"\tvoid *buffer = buffers[this_cpu->id];\n"
	"\tu64 key = write ? new_key(alike) : 0;\n"
	"\tint error;\n"
	"\n"
	"\tif (write)\n"
	"\t\tsim_page_fill(key, buffer);\n"
	"\terror = write ? file_write(file, index, buffer) : file_read(file, index, buffer);\n"
	"\tif (error)\n"
	"\t\treturn error;\n"
	"\tif (write)\n"
	"\t\t*file_key(file, index) = key;\n"
	"\telse\n"
	"\t\tmust_hold(*file_key(file, index), buffer, true);\n"
	"\treturn 0;\n"
	"}\n"
	"\n"
	"helper void file_row(u32 file, u32 index, u32 nr, bool write, u64 alike, const char *expected)\n"
	"{\n"
	"\tint error = 0;\n"
	"\tu32 n = 0;\n"
	"\n"
	"\twhile (n < nr && !error) {\n"
	"\t\trefuel();\n"
	"\t\terror = file_page(file, (index + n) % FILE_LARGEST_PAGES, write, alike);\n"
	"\t\tn += !error;\n"
	"\t}\n"
	"\tend_many(n, error, expected);\n"
	"}\n"
	"\n"
	"/* Many files are opened, and the first page of every eighth is read. */\n"
	"helper void walk_files(u32 first, u32 nr, const char *expected)\n"
	"{\n"
	"\tu32 scale = m->param[PARAM_WALK_SCALE], n = 0;\n"
	"\tint error = 0;\n"
	"\n"
	"\twhile (n < nr * scale && !error) {\n"
	"\t\tu32 file = FILE_CHANGEABLE + first * scale + n;\n"
	"\n"
	"\t\trefuel();\n"
	"\t\terror = file_open(file);\n"
	"\t\tif (!error && n % 8 == 0)\n"
	"\t\t\terror = file_page(file, 0, false, 0);\n"
	"\t\tn += !error;\n"
	"\t}\n"
	"\tend_many(n, error, expected);\n"
	"}\n"
	"\n"
	"helper void read_files(u32 first, u32 nr, const char *expected)\n"
	"{\n"
	"\tint error = 0;\n"
	"\tu32 n = 0;\n"
	"\n"
	"\twhile (n < nr * FILE_PAGES && !error) {\n"
	"\t\trefuel();\n"
	"\t\terror = file_page(FILE_CHANGEABLE + first + n / FILE_PAGES, n % FILE_PAGES, false, 0);\n"
	"\t\tn += !error;\n"
	"\t}\n"
	"\tend_many(n, error, expected);\n"
	"}\n"
	"\n"
	"/* What is cut off reads as zero if the file grows again; a larger one does behind its old end. */\n"
	"helper void truncate_file(u32 file, u32 pages, const char *expected)\n"
	"{\n"
	"\tint error = file_truncate(file, pages);\n"
	"\n"
	"\tfor (u32 i = file_size(file); i < FILE_LARGEST_PAGES; i++)\n"
	"\t\tfiles[file][i] = 0;\n"
	"\tend_ok(!error, expected);\n"
	"}\n"
	"\n"
	"helper void resize_balloon(u32 pages, const char *expected)\n"
	"{\n"
	"\tint error = balloon_resize(pages);\n"
	"\n"
	"\tend_many(balloon_pages(), error, expected);\n"
	"}\n"
	"\n"
	"helper void fail_disk(enum sim_fault_site site, u32 skip, u32 times)\n"
	"{\n"
	"\tfiles_lose |= site == FAULT_DISK_WRITE && times;\n"
	"\tsim_plan_fault(m, site, skip, times);\n"
	"}\n"
	"\n"
	"/* --- the machine under pressure, first and last ---------------------------------------------------- */\n"
	"\n"
	"helper gfp_t gfp_of_zone(unsigned zone)\n"
	"{\n"
	"\tstatic const gfp_t leads_to[MAX_NR_ZONES] = {\n"
	"\t\t[ZONE_DMA] = __GFP_DMA,\n"
	"\t\t[ZONE_DMA32] = __GFP_DMA32,\n"
	"\t\t[ZONE_HIGHMEM] = __GFP_HIGHMEM,\n"
	"\t\t[ZONE_MOVABLE] = __GFP_HIGHMEM | __GFP_MOVABLE,\n"
	"\t};\n"
	"\tgfp_t gfp = leads_to[zone % MAX_NR_ZONES] | __GFP_THISNODE | __GFP_KSWAPD_RECLAIM | __GFP_MEMALLOC | __GFP_NOWARN;\n"
	"\n"
	"\tif (zone % 3 == 1 && !(gfp & __GFP_HIGHMEM))\n"
	"\t\tgfp |= __GFP_MOVABLE;\n"
	"\tif (zone % 3 == 2 && !(gfp & __GFP_MOVABLE))\n"
	"\t\tgfp |= __GFP_RECLAIMABLE;\n"
	"\treturn gfp;\n"
	"}\n"
	"\n"
	"/* Large blocks of each zone are taken for good, until an eighth of it is left above its high mark. */\n"
	"helper void take_most(void)\n"
	"{\n"
	"\tfor (unsigned zone = 0; zone < MAX_NUMNODES * MAX_NR_ZONES; zone++) {\n"
	"\t\tunsigned nid = zone / MAX_NR_ZONES, type = zone % MAX_NR_ZONES;\n"
	"\t\tstruct zone_figures f = zone_figures(nid, type);\n"
	"\t\tu64 leave = f.high + f.managed / 8;\n"
	"\n"
	"\t\tif (f.managed < 32 || type >= ZONE_DEVICE)\n"
	"\t\t\tcontinue;\n"
	"\t\tfor (unsigned order = m->param[PARAM_MAX_PAGE_ORDER] + 1; order-- > 0;)\n"
	"\t\t\twhile (zone_free_pages(nid, type) >= leave + (1ULL << order)) {\n"
	"\t\t\t\trefuel();\n"
	"\t\t\t\tif (!alloc_pages_node((int)nid, gfp_of_zone(zone), order))\n"
	"\t\t\t\t\tbreak;\n"
	"\t\t\t}\n"
	"\t}\n"
	"\tdrain_all_pages();\n"
	"}\n"
	"\n"
	"/* Tasks and files, and swap on device 1. Free lists are remembered without: in the end it is off. */\n"
	"helper void boot_under_pressure(bool scarce)\n"
	"{\n"
	"\tbool up = slab_up && vm_init() == 0;\n"
	"\n"
	"\tif (up) {\n"
	"\t\trefuel();\n"
	"\t\tvm_settle();\n"
	"\t}\n"
	"\tdrain_all_pages();\n"
	"\tif (scarce)\n"
	"\t\ttake_most();\n"
	"\tremember_lists();\n"
	"\trefuel();\n"
	"\tif (up && m->param[PARAM_SWAP_PAGES] >= 2)\n"
	"\t\tswapon(1, m->param[PARAM_SWAP_PAGES], -1);\n"
	"\tdrain_all_pages();\n"
	"\tfor (u32 file = 0; file < FILE_CHANGEABLE; file++)\n"
	"\t\tfor (u32 i = 0; i < FILE_PAGES; i++)\n"
	"\t\t\tfiles[file][i] = disk_virgin_key(0, (u64)file * FILE_MAX_PAGES + i);\n"
	"}\n"
	"\n"
	"helper void sleep_ms(u64 ms)\n"
	"{\n"
	"\tif (vm_is_up())\n"
	"\t\tsim_sleep_timeout(sim_never, NULL, ms * 1000000, \"a while\");\n"
	"\telse\n"
	"\t\tm->now_ns += ms * 1000000;\n"
	"}\n"
	"\n"
	"/* Pressure stops: kswapd has time to reach the high marks. Then nobody uses memory any more. */\n"
	"helper void let_go(void)\n"
	"{\n"
	"\tif (!vm_is_up())\n"
	"\t\treturn;\n"
	"\tsleep_ms(30000);\n"
	"\tfor (unsigned i = 0; i < ARRAY_SIZE(pins); i++)\n"
	"\t\tif (pins[i].held)\n"
	"\t\t\tunpin_page(i);\n"
	"\tfor (unsigned i = 0; i < VM_MAX_TASKS; i++) {\n"
	"\t\trefuel();\n"
	"\t\tif (tasks[i].alive)\n"
	"\t\t\ttask_exit(i);\n"
	"\t}\n"
	"}\n"
	"\n"
	"helper void finish_under_pressure(void)\n"
	"{\n"
	"\trefuel();\n"
	"\tif (vm_is_up())\n"
	"\t\tvm_settle();\n"
	"\trefuel();\n"
	"\tfinish();\n"
	"}\n"
	"\n";
