/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/oom.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */

helper struct page *p0;
helper struct page *p1;
helper struct page *p2;

static void start(void)
{
	boot_caches("");
	boot_under_pressure(true);
}

/* 0: swapoff device=0   # ok */
static void step0(void)
{
	begin(0, 0, CONTEXT_TASK);
	end_ok(swapoff(1) == 0, "ok");
}

/* 1: t0 = task_create adj=0   # ok */
static void step1(void)
{
	begin(1, 0, CONTEXT_TASK);
	create_task(0, -1000, "ok");
}

/* 2: t1 = task_create adj=1300   # ok */
static void step2(void)
{
	begin(2, 0, CONTEXT_TASK);
	create_task(1, 300, "ok");
}

/* 3: file_write_row file=0 index=0 nr=9 fill=noise   # ok pages=10 */
static void step3(void)
{
	begin(3, 0, CONTEXT_TASK);
	file_row(0, 0, 10, true, 3, "ok pages=10");
}

/* 4: task_mmap t1 window=2 file=0 index=0 nr=9   # ok */
static void step4(void)
{
	begin(4, 0, CONTEXT_TASK);
	map_file(1, 2, 0, 0, 10, "ok");
}

/* 5: window_write t1 window=2 page=3 fill=lines   # ok */
static void step5(void)
{
	begin(5, 0, CONTEXT_TASK);
	end_task(1, touch(1, window_page(2, 3), true, 1), "ok");
}

/* 6: task_write_row t1 vpn=0 nr=39 fill=words   # ok pages=40 */
static void step6(void)
{
	begin(6, 0, CONTEXT_TASK);
	touch_row(1, 0, 40, true, 2, "ok pages=40");
}

/* 7: mlock t0 vpn=0 nr=3   # ok pages=4 */
static void step7(void)
{
	begin(7, 0, CONTEXT_TASK);
	lock_pages(0, 0, 4, "ok pages=4");
}

/* 8: task_write_row t0 vpn=0 nr=63 fill=words   # ok pages=64 */
static void step8(void)
{
	begin(8, 0, CONTEXT_TASK);
	touch_row(0, 0, 64, true, 2, "ok pages=64");
}

/* 9: task_write_row t0 vpn=64 nr=39 fill=noise   # ok pages=40 */
static void step9(void)
{
	begin(9, 0, CONTEXT_TASK);
	touch_row(0, 64, 40, true, 3, "ok pages=40");
}

/* 10: oom_score t1   # ok 0 */
static void step10(void)
{
	begin(10, 0, CONTEXT_TASK);
	end_value(task_oom_score(1), "ok 0");
}

/* 11: task_write_row t0 vpn=128 nr=3 fill=same   # ok pages=4 */
static void step11(void)
{
	begin(11, 0, CONTEXT_TASK);
	touch_row(0, 128, 4, true, 0, "ok pages=4");
}

/* 12: task_read t1 vpn=0   # refused */
static void step12(void)
{
	begin(12, 0, CONTEXT_TASK);
	end_task(1, touch(1, 0, false, 0), "refused");
}

/* 13: window_read t1 window=2 page=3   # skipped (skipped) */

/* 14: t1 = task_create adj=1000   # ok */
static void step14(void)
{
	begin(14, 0, CONTEXT_TASK);
	create_task(1, 0, "ok");
}

/* 15: task_read t1 vpn=0   # ok */
static void step15(void)
{
	begin(15, 0, CONTEXT_TASK);
	end_task(1, touch(1, 0, false, 0), "ok");
}

/* 16: n0 = pin_page t1 vpn=4 at=1:flusher at=3:kswapd0   # ok */
static void step16(void)
{
	begin(16, 0, CONTEXT_TASK);
	pin_page(0, 1, 4, "ok");
}

/* 17: file_read_row cpu=2 file=0 index=0 nr=9   # ok pages=10 */
static void step17(void)
{
	begin(17, 2, CONTEXT_TASK);
	file_row(0, 0, 10, false, 0, "ok pages=10");
}

/* 18: sleep ms=40   # ok */
static void step18(void)
{
	begin(18, 0, CONTEXT_TASK);
	sleep_ms(40);
	end_ok(true, "ok");
}

/* 19: task_read_row t0 vpn=0 nr=63   # ok pages=64 */
static void step19(void)
{
	begin(19, 0, CONTEXT_TASK);
	touch_row(0, 0, 64, false, 0, "ok pages=64");
}

/* 20: p0 = alloc_pages gfp=GFP_NOWAIT order=2   # refused */
static void step20(void)
{
	begin(20, 0, CONTEXT_TASK);
	p0 = alloc_pages(GFP_NOWAIT, 2);
	end_page(p0, "refused");
}

/* 21: vm_knob knob=panic_on_oom value=0   # ok */
static void step21(void)
{
	begin(21, 0, CONTEXT_TASK);
	end_ok(vm_knob_write((enum vm_knob)8, 0) == 0, "ok");
}

/* 22: task_exit t0   # ok */
static void step22(void)
{
	begin(22, 0, CONTEXT_TASK);
	tasks[0].alive = false;
	end_task(0, task_exit(0), "ok");
}

/* 23: p1 = alloc_pages gfp=GFP_NOWAIT order=0 at=0:cpu1   # ok pfn=403 */
static void step23(void)
{
	begin(23, 0, CONTEXT_TASK);
	p1 = alloc_pages(GFP_NOWAIT, 0);
	end_page(p1, "ok pfn=403");
	fill(p1, 1, 23);
}

/* 24: p2 = alloc_pages cpu=1 gfp=GFP_NOWAIT order=0   # ok pfn=400 */
static void step24(void)
{
	begin(24, 1, CONTEXT_TASK);
	p2 = alloc_pages(GFP_NOWAIT, 0);
	end_page(p2, "ok pfn=400");
	fill(p2, 1, 24);
}

/* 25: free_pages p1 at=1:irq3   # ok */
static void step25(void)
{
	begin(25, 0, CONTEXT_TASK);
	check(p1, 1, 23);
	__free_pages(p1, 0);
	end_ok(true, "ok");
}

/* 26: free_pages p2 cpu=3 ctx=hardirq irq=3   # ok */
static void step26(void)
{
	begin(26, 3, CONTEXT_HARDIRQ);
	check(p2, 1, 24);
	__free_pages(p2, 0);
	end_ok(true, "ok");
}

/* 27: disk_fault site=write skip=0 times=1   # ok */
static void step27(void)
{
	begin(27, 0, CONTEXT_TASK);
	fail_disk(FAULT_DISK_READ + 1, 0, 1);
	end_ok(true, "ok");
}

/* 28: file_write file=2 index=0 fill=words   # ok */
static void step28(void)
{
	begin(28, 0, CONTEXT_TASK);
	end_ok(file_page(2, 0, true, 2) == 0, "ok");
}

/* 29: sleep ms=36000   # ok */
static void step29(void)
{
	begin(29, 0, CONTEXT_TASK);
	sleep_ms(36000);
	end_ok(true, "ok");
}

/* 30: file_write file=3 index=0 fill=words   # ok */
static void step30(void)
{
	begin(30, 0, CONTEXT_TASK);
	end_ok(file_page(3, 0, true, 2) == 0, "ok");
}

/* 31: file_fsync file=3   # ok */
static void step31(void)
{
	begin(31, 0, CONTEXT_TASK);
	end_ok(file_fsync(3) == 0, "ok");
}

/* everything goes back */
static void finally(void)
{
	begin(32, 0, CONTEXT_TASK);
	let_go();
	finish_under_pressure();
}

static struct step program[] = {
	{ .run = start },
	{ .run = step0, .cpu = 0 },
	{ .run = step1, .cpu = 0 },
	{ .run = step2, .cpu = 0 },
	{ .run = step3, .cpu = 0 },
	{ .run = step4, .cpu = 0 },
	{ .run = step5, .cpu = 0 },
	{ .run = step6, .cpu = 0 },
	{ .run = step7, .cpu = 0 },
	{ .run = step8, .cpu = 0 },
	{ .run = step9, .cpu = 0 },
	{ .run = step10, .cpu = 0 },
	{ .run = step11, .cpu = 0 },
	{ .run = step12, .cpu = 0 },
	{ .cpu = 0 },
	{ .run = step14, .cpu = 0 },
	{ .run = step15, .cpu = 0 },
	{ .run = step16, .cpu = 0, .nr_switches = 2, .switches = (struct sched_switch[]){ { 1, SWITCH_KTHREAD, 5 }, { 3, SWITCH_KTHREAD, 1 } } },
	{ .run = step17, .cpu = 2 },
	{ .run = step18, .cpu = 0 },
	{ .run = step19, .cpu = 0 },
	{ .run = step20, .cpu = 0 },
	{ .run = step21, .cpu = 0 },
	{ .run = step22, .cpu = 0 },
	{ .run = step23, .cpu = 0, .nr_switches = 1, .switches = (struct sched_switch[]){ { 0, SWITCH_CPU, 1 } } },
	{ .run = step24, .cpu = 1 },
	{ .run = step25, .cpu = 0, .nr_switches = 1, .switches = (struct sched_switch[]){ { 1, SWITCH_IRQ, 3 } } },
	{ .run = step26, .cpu = 3, .irq = 3 },
	{ .run = step27, .cpu = 0 },
	{ .run = step28, .cpu = 0 },
	{ .run = step29, .cpu = 0 },
	{ .run = step30, .cpu = 0 },
	{ .run = step31, .cpu = 0 },
};

int main(void)
{
	struct machine_config config = { 0 };
	unsigned regions __attribute__((unused)) = 0;
	u64 at __attribute__((unused));

	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_config_profile(&config, PROFILE_SMALL);
	config.nr_regions =
		sim_profile_map(config.profile, config.param[PARAM_FRAMES], config.map);
	m = machine_create(&config);
	if (!m)
		return 3;
	machine_enter(m, 0);
	if (mm_boot() != 0) {
		puts("no usable memory");
		return 0;
	}
	return run_program(program, ARRAY_SIZE(program), 3u, finally);
}
