/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Written by mmcheck 0.1.0 from tests/data/forms/pressure.trace.
 *
 *   cc repro.c -I include/mmcheck -I include/mmcheck/det -lmmcheck
 *
 * Prints what each operation answered. Exit status: 1 the finding shows, 0 it does not, 2 it does not
 * and an answer is not the recorded one.
 */


static void start(void)
{
	boot_caches("");
	boot_under_pressure(false);
}

/* 0: t0 = task_create adj=1000   # ok */
static void step0(void)
{
	begin(0, 0, CONTEXT_TASK);
	create_task(0, 0, "ok");
}

/* 1: t1 = task_create cpu=1 adj=1300   # ok */
static void step1(void)
{
	begin(1, 1, CONTEXT_TASK);
	create_task(1, 300, "ok");
}

/* 2: t2 = task_create adj=0   # ok */
static void step2(void)
{
	begin(2, 0, CONTEXT_TASK);
	create_task(2, -1000, "ok");
}

/* 3: task_write t0 vpn=0 fill=words   # ok */
static void step3(void)
{
	begin(3, 0, CONTEXT_TASK);
	end_task(0, touch(0, 0, true, 2), "ok");
}

/* 4: task_write_row t0 vpn=1 nr=30 fill=lines   # ok pages=31 */
static void step4(void)
{
	begin(4, 0, CONTEXT_TASK);
	touch_row(0, 1, 31, true, 1, "ok pages=31");
}

/* 5: task_read t0 vpn=0   # ok */
static void step5(void)
{
	begin(5, 0, CONTEXT_TASK);
	end_task(0, touch(0, 0, false, 0), "ok");
}

/* 6: task_read_row t0 vpn=1 nr=30   # ok pages=31 */
static void step6(void)
{
	begin(6, 0, CONTEXT_TASK);
	touch_row(0, 1, 31, false, 0, "ok pages=31");
}

/* 7: task_read t1 vpn=5   # ok */
static void step7(void)
{
	begin(7, 0, CONTEXT_TASK);
	end_task(1, touch(1, 5, false, 0), "ok");
}

/* 8: file_open file=0   # ok */
static void step8(void)
{
	begin(8, 0, CONTEXT_TASK);
	end_ok(file_open(0) == 0, "ok");
}

/* 9: file_read file=0 index=0   # ok */
static void step9(void)
{
	begin(9, 0, CONTEXT_TASK);
	end_ok(file_page(0, 0, false, 0) == 0, "ok");
}

/* 10: file_read_row file=0 index=0 nr=15   # ok pages=16 */
static void step10(void)
{
	begin(10, 0, CONTEXT_TASK);
	file_row(0, 0, 16, false, 0, "ok pages=16");
}

/* 11: file_write file=1 index=0 fill=noise   # ok */
static void step11(void)
{
	begin(11, 0, CONTEXT_TASK);
	end_ok(file_page(1, 0, true, 3) == 0, "ok");
}

/* 12: file_write_row file=1 index=1 nr=6 fill=same   # ok pages=7 */
static void step12(void)
{
	begin(12, 0, CONTEXT_TASK);
	file_row(1, 1, 7, true, 0, "ok pages=7");
}

/* 13: file_fsync file=1   # ok */
static void step13(void)
{
	begin(13, 0, CONTEXT_TASK);
	end_ok(file_fsync(1) == 0, "ok");
}

/* 14: file_truncate file=1 index=2   # ok */
static void step14(void)
{
	begin(14, 0, CONTEXT_TASK);
	truncate_file(1, 2, "ok");
}

/* 15: file_walk first=0 files=20   # ok files=21 */
static void step15(void)
{
	begin(15, 0, CONTEXT_TASK);
	walk_files(0, 21, "ok files=21");
}

/* 16: file_read_whole first=3 files=2   # ok pages=48 */
static void step16(void)
{
	begin(16, 0, CONTEXT_TASK);
	read_files(3, 3, "ok pages=48");
}

/* 17: task_mmap t1 window=0 file=0 index=0 nr=7   # ok */
static void step17(void)
{
	begin(17, 0, CONTEXT_TASK);
	map_file(1, 0, 0, 0, 8, "ok");
}

/* 18: window_read t1 window=0 page=0   # ok */
static void step18(void)
{
	begin(18, 0, CONTEXT_TASK);
	end_task(1, touch(1, window_page(0, 0), false, 0), "ok");
}

/* 19: window_write t1 window=0 page=1 fill=words   # ok */
static void step19(void)
{
	begin(19, 0, CONTEXT_TASK);
	end_task(1, touch(1, window_page(0, 1), true, 2), "ok");
}

/* 20: madvise_dontneed t0 vpn=4 nr=2   # ok */
static void step20(void)
{
	begin(20, 0, CONTEXT_TASK);
	give_up_pages(0, 4, 3, "ok");
}

/* 21: mlock t0 vpn=8 nr=3   # ok pages=4 */
static void step21(void)
{
	begin(21, 0, CONTEXT_TASK);
	lock_pages(0, 8, 4, "ok pages=4");
}

/* 22: munlock t0 vpn=8 nr=1   # ok */
static void step22(void)
{
	begin(22, 0, CONTEXT_TASK);
	end_task(0, task_munlock(0, 8, 2), "ok");
}

/* 23: n0 = pin_page t0 vpn=12   # ok */
static void step23(void)
{
	begin(23, 0, CONTEXT_TASK);
	pin_page(0, 0, 12, "ok");
}

/* 24: oom_score t1   # ok 843 */
static void step24(void)
{
	begin(24, 0, CONTEXT_TASK);
	end_value(task_oom_score(1), "ok 843");
}

/* 25: task_set_adj t1 adj=700   # ok */
static void step25(void)
{
	begin(25, 0, CONTEXT_TASK);
	end_task(1, task_set_adj(1, -300), "ok");
}

/* 26: oom_score t1   # ok 496 */
static void step26(void)
{
	begin(26, 0, CONTEXT_TASK);
	end_value(task_oom_score(1), "ok 496");
}

/* 27: vm_knob knob=swappiness value=100   # ok */
static void step27(void)
{
	begin(27, 0, CONTEXT_TASK);
	end_ok(vm_knob_write((enum vm_knob)0, 100) == 0, "ok");
}

/* 28: vm_knob knob=dirty_ratio value=1   # ok */
static void step28(void)
{
	begin(28, 0, CONTEXT_TASK);
	end_ok(vm_knob_write((enum vm_knob)2, 1) == 0, "ok");
}

/* 29: swapon device=1 slots=64 priority=3   # ok */
static void step29(void)
{
	begin(29, 0, CONTEXT_TASK);
	end_ok(swapon(2, 64, 2) == 0, "ok");
}

/* 30: swapon device=1 slots=64 priority=3   # refused */
static void step30(void)
{
	begin(30, 0, CONTEXT_TASK);
	end_ok(swapon(2, 64, 2) == 0, "refused");
}

/* 31: task_write_row t2 vpn=0 nr=63 fill=words   # ok pages=64 */
static void step31(void)
{
	begin(31, 0, CONTEXT_TASK);
	touch_row(2, 0, 64, true, 2, "ok pages=64");
}

/* 32: task_write_row t2 vpn=64 nr=63 fill=noise   # ok pages=64 */
static void step32(void)
{
	begin(32, 0, CONTEXT_TASK);
	touch_row(2, 64, 64, true, 3, "ok pages=64");
}

/* 33: task_write_row t2 vpn=128 nr=63 fill=lines   # ok pages=64 */
static void step33(void)
{
	begin(33, 0, CONTEXT_TASK);
	touch_row(2, 128, 64, true, 1, "ok pages=64");
}

/* 34: task_write_row t2 vpn=192 nr=63 fill=words   # ok pages=64 */
static void step34(void)
{
	begin(34, 0, CONTEXT_TASK);
	touch_row(2, 192, 64, true, 2, "ok pages=64");
}

/* 35: task_write_row t2 vpn=256 nr=63 fill=words   # ok pages=64 */
static void step35(void)
{
	begin(35, 0, CONTEXT_TASK);
	touch_row(2, 256, 64, true, 2, "ok pages=64");
}

/* 36: task_write_row t0 vpn=256 nr=63 fill=words   # ok pages=64 */
static void step36(void)
{
	begin(36, 0, CONTEXT_TASK);
	touch_row(0, 256, 64, true, 2, "ok pages=64");
}

/* 37: task_write_row t0 vpn=320 nr=63 fill=same   # ok pages=64 */
static void step37(void)
{
	begin(37, 0, CONTEXT_TASK);
	touch_row(0, 320, 64, true, 0, "ok pages=64");
}

/* 38: task_write_row t0 vpn=384 nr=63 fill=words   # ok pages=64 */
static void step38(void)
{
	begin(38, 0, CONTEXT_TASK);
	touch_row(0, 384, 64, true, 2, "ok pages=64");
}

/* 39: task_write_row t0 vpn=64 nr=63 fill=noise   # ok pages=64 */
static void step39(void)
{
	begin(39, 0, CONTEXT_TASK);
	touch_row(0, 64, 64, true, 3, "ok pages=64");
}

/* 40: task_write_row t0 vpn=128 nr=63 fill=noise   # ok pages=64 */
static void step40(void)
{
	begin(40, 0, CONTEXT_TASK);
	touch_row(0, 128, 64, true, 3, "ok pages=64");
}

/* 41: task_write_row t0 vpn=192 nr=63 fill=words   # ok pages=64 */
static void step41(void)
{
	begin(41, 0, CONTEXT_TASK);
	touch_row(0, 192, 64, true, 2, "ok pages=64");
}

/* 42: task_read_row t2 vpn=0 nr=63   # ok pages=64 */
static void step42(void)
{
	begin(42, 0, CONTEXT_TASK);
	touch_row(2, 0, 64, false, 0, "ok pages=64");
}

/* 43: disk_fault site=read skip=0 times=1   # ok */
static void step43(void)
{
	begin(43, 0, CONTEXT_TASK);
	fail_disk(FAULT_DISK_READ + 0, 0, 1);
	end_ok(true, "ok");
}

/* 44: file_read file=4 index=0   # refused */
static void step44(void)
{
	begin(44, 0, CONTEXT_TASK);
	end_ok(file_page(4, 0, false, 0) == 0, "refused");
}

/* 45: disk_fault site=write skip=0 times=1   # ok */
static void step45(void)
{
	begin(45, 0, CONTEXT_TASK);
	fail_disk(FAULT_DISK_READ + 1, 0, 1);
	end_ok(true, "ok");
}

/* 46: file_write file=5 index=0 fill=words   # ok */
static void step46(void)
{
	begin(46, 0, CONTEXT_TASK);
	end_ok(file_page(5, 0, true, 2) == 0, "ok");
}

/* 47: file_fsync file=5   # ok */
static void step47(void)
{
	begin(47, 0, CONTEXT_TASK);
	end_ok(file_fsync(5) == 0, "ok");
}

/* 48: drop_caches what=pagecache   # ok */
static void step48(void)
{
	begin(48, 0, CONTEXT_TASK);
	end_ok(drop_caches(1) == 0, "ok");
}

/* 49: drop_caches what=slab   # ok */
static void step49(void)
{
	begin(49, 0, CONTEXT_TASK);
	end_ok(drop_caches(2) == 0, "ok");
}

/* 50: drop_caches what=both   # ok */
static void step50(void)
{
	begin(50, 0, CONTEXT_TASK);
	end_ok(drop_caches(3) == 0, "ok");
}

/* 51: swapoff device=1   # ok */
static void step51(void)
{
	begin(51, 0, CONTEXT_TASK);
	end_ok(swapoff(2) == 0, "ok");
}

/* 52: unpin_page n0   # ok */
static void step52(void)
{
	begin(52, 0, CONTEXT_TASK);
	unpin_page(0);
	end_ok(true, "ok");
}

/* 53: task_munmap t1 window=0   # ok */
static void step53(void)
{
	begin(53, 0, CONTEXT_TASK);
	end_task(1, task_munmap(1, 0), "ok");
}

/* 54: vmstat   # ok */
static void step54(void)
{
	begin(54, 0, CONTEXT_TASK);
	vmstat_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");
}

/* 55: meminfo   # ok */
static void step55(void)
{
	begin(55, 0, CONTEXT_TASK);
	meminfo_show(lists, sizeof(lists));
	printf("%s", lists);
	end_ok(true, "ok");
}

/* 56: task_kill t2   # ok */
static void step56(void)
{
	begin(56, 0, CONTEXT_TASK);
	end_task(2, task_kill(2), "ok");
}

/* 57: task_read t2 vpn=0   # refused */
static void step57(void)
{
	begin(57, 0, CONTEXT_TASK);
	end_task(2, touch(2, 0, false, 0), "refused");
}

/* 58: task_exit t0   # ok */
static void step58(void)
{
	begin(58, 0, CONTEXT_TASK);
	tasks[0].alive = false;
	end_task(0, task_exit(0), "ok");
}

/* 59: swapoff device=2   # refused */
static void step59(void)
{
	begin(59, 0, CONTEXT_TASK);
	end_ok(swapoff(3) == 0, "refused");
}

/* 60: balloon pages=40   # ok pages=40 */
static void step60(void)
{
	begin(60, 0, CONTEXT_TASK);
	resize_balloon(40, "ok pages=40");
}

/* 61: balloon pages=3   # ok pages=3 */
static void step61(void)
{
	begin(61, 0, CONTEXT_TASK);
	resize_balloon(3, "ok pages=3");
}

/* everything goes back */
static void finally(void)
{
	begin(62, 0, CONTEXT_TASK);
	let_go();
	finish_under_pressure();
}

static struct step program[] = {
	{ .run = start },
	{ .run = step0, .cpu = 0 },
	{ .run = step1, .cpu = 1 },
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
	{ .run = step13, .cpu = 0 },
	{ .run = step14, .cpu = 0 },
	{ .run = step15, .cpu = 0 },
	{ .run = step16, .cpu = 0 },
	{ .run = step17, .cpu = 0 },
	{ .run = step18, .cpu = 0 },
	{ .run = step19, .cpu = 0 },
	{ .run = step20, .cpu = 0 },
	{ .run = step21, .cpu = 0 },
	{ .run = step22, .cpu = 0 },
	{ .run = step23, .cpu = 0 },
	{ .run = step24, .cpu = 0 },
	{ .run = step25, .cpu = 0 },
	{ .run = step26, .cpu = 0 },
	{ .run = step27, .cpu = 0 },
	{ .run = step28, .cpu = 0 },
	{ .run = step29, .cpu = 0 },
	{ .run = step30, .cpu = 0 },
	{ .run = step31, .cpu = 0 },
	{ .run = step32, .cpu = 0 },
	{ .run = step33, .cpu = 0 },
	{ .run = step34, .cpu = 0 },
	{ .run = step35, .cpu = 0 },
	{ .run = step36, .cpu = 0 },
	{ .run = step37, .cpu = 0 },
	{ .run = step38, .cpu = 0 },
	{ .run = step39, .cpu = 0 },
	{ .run = step40, .cpu = 0 },
	{ .run = step41, .cpu = 0 },
	{ .run = step42, .cpu = 0 },
	{ .run = step43, .cpu = 0 },
	{ .run = step44, .cpu = 0 },
	{ .run = step45, .cpu = 0 },
	{ .run = step46, .cpu = 0 },
	{ .run = step47, .cpu = 0 },
	{ .run = step48, .cpu = 0 },
	{ .run = step49, .cpu = 0 },
	{ .run = step50, .cpu = 0 },
	{ .run = step51, .cpu = 0 },
	{ .run = step52, .cpu = 0 },
	{ .run = step53, .cpu = 0 },
	{ .run = step54, .cpu = 0 },
	{ .run = step55, .cpu = 0 },
	{ .run = step56, .cpu = 0 },
	{ .run = step57, .cpu = 0 },
	{ .run = step58, .cpu = 0 },
	{ .run = step59, .cpu = 0 },
	{ .run = step60, .cpu = 0 },
	{ .run = step61, .cpu = 0 },
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
	return run_program(program, ARRAY_SIZE(program), 8u, finally);
}
