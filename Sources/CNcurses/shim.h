#pragma once
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>

/* Macros and variables that Swift cannot read by themselves. */
static const attr_t curses_bold = A_BOLD;
static const attr_t curses_dim = A_DIM;
static const attr_t curses_reverse = A_REVERSE;

/* The screen on standard output with the keyboard behind a descriptor; NULL where TERM is not known.
   initscr() would end the program then. */
static inline WINDOW *curses_start(int keyboard) {
  FILE *input = keyboard == 0 ? stdin : fdopen(keyboard, "r");
  return input && newterm(NULL, stdout, input) ? stdscr : NULL;
}
static inline int curses_colour_count(void) { return COLORS; }
