/*-------------------------------------------------------------------------
 *
 * bits.h
 *		Sets of small numbers as bits, in one word or several.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_BITS_H
#define MEDSCHED_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define BIT(n)		   (UINT64_C(1) << (n))
#define WORDS_FOR_YEAR 6 /* 384 bits: room for every day of a year and its neighbours */

/* Set bits 0..n-1, n from 0 to 64. */
static inline uint64_t
low_bits(int n)
{
	return n >= 64 ? ~UINT64_C(0) : BIT(n) - 1;
}

/* Count by halves: without the processor's own instruction the builtin is a call, and slower. */
static inline int
count_bits(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	return (int) (word * UINT64_C(0x0101010101010101) >> 56);
}

/* Find the lowest bit of a word that is not zero. */
static inline int
lowest_bit(uint64_t word)
{
	return __builtin_ctzll(word);
}

/* Find the nth bit set, counting from 0; there must be one. */
static inline int
nth_bit(uint64_t word, int n)
{
	while (n-- > 0)
		word &= word - 1;
	return lowest_bit(word);
}

static inline void
set_bit(uint64_t *words, int n)
{
	words[n >> 6] |= BIT(n & 63);
}

static inline bool
has_bit(const uint64_t *words, int n)
{
	return (words[n >> 6] & BIT(n & 63)) != 0;
}

#endif /* MEDSCHED_BITS_H */
