// SPDX-License-Identifier: GPL-2.0-only
/* main.c - a program of properties: the driver, and the one engine that is linked with it. */
#include "driver.h"

int main(int argc, char **argv)
{
	return props_main(argc, argv);
}
