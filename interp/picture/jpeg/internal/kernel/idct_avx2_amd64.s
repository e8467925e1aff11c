//go:build !purego

#include "textflag.h"

// The constants of idct_generic.go for the two frequencies of each pair of a Block, the
// first in the lower half of each 4 bytes.
#define PAIR(name, both) \
	DATA name<>+0(SB)/8, $both  \
	DATA name<>+8(SB)/8, $both  \
	DATA name<>+16(SB)/8, $both \
	DATA name<>+24(SB)/8, $both \
	GLOBL name<>(SB), RODATA|NOPTR, $32

PAIR(plus04, 0x2000200020002000)  // 8192, 8192
PAIR(minus04, 0xe0002000e0002000) // 8192, -8192
PAIR(low26, 0x115129cf115129cf)   // 10703, 4433
PAIR(high26, 0xd6301151d6301151)  // 4433, -10704
PAIR(odd0of13, 0x25a12c6325a12c63) // 11363, 9633
PAIR(odd0of57, 0x08d4192508d41925) // 6437, 2260
PAIR(odd1of13, 0xf72d25a1f72d25a1) // 9633, -2259
PAIR(odd1of57, 0xe6dcd39ee6dcd39e) // -11362, -6436
PAIR(odd2of13, 0xd39e1925d39e1925) // 6437, -11362
PAIR(odd2of57, 0x25a108d525a108d5) // 2261, 9633
PAIR(odd3of13, 0xe6dc08d4e6dc08d4) // 2260, -6436
PAIR(odd3of57, 0xd39d25a1d39d25a1) // 9633, -11363
PAIR(half11, 0x0000040000000400)
PAIR(half18, 0x0002000000020000)
PAIR(level, 0x8080808080808080)

// Within 16 bytes: columns 0…7 to 0, 4, 2, 6, 1, 3, 5, 7.
DATA columns<>+0(SB)/8, $0x0d0c050409080100
DATA columns<>+8(SB)/8, $0x0f0e0b0a07060302
DATA columns<>+16(SB)/8, $0x0d0c050409080100
DATA columns<>+24(SB)/8, $0x0f0e0b0a07060302
GLOBL columns<>(SB), RODATA|NOPTR, $32

// 4 x 4 bytes, transposed.
DATA turn<>+0(SB)/8, $0x0d0905010c080400
DATA turn<>+8(SB)/8, $0x0f0b07030e0a0602
DATA turn<>+16(SB)/8, $0x0d0905010c080400
DATA turn<>+24(SB)/8, $0x0f0b07030e0a0602
GLOBL turn<>(SB), RODATA|NOPTR, $32

// ODD sums one of the outputs of the odd frequencies into Y4.
#define ODD(of13, of57) \
	VPMADDWD of13<>(SB), Y2, Y4 \
	VPMADDWD of57<>(SB), Y3, Y5 \
	VPADDD   Y5, Y4, Y4

// TRANSFORM is one pass, 8 columns at once. Y0-Y3 are the pairs of frequencies 0 and 4, 2
// and 6, 1 and 3, 5 and 7. The samples, of 16 bits, come in pairs as well, each of which
// has columns 0-3 of both and then columns 4-7 of both:
//
//	Y0 = 0, 1    Y1 = 2, 3    Y2 = 4, 5    Y3 = 6, 7
#define TRANSFORM(half, shift) \
	VPMADDWD  plus04<>(SB), Y0, Y4   \
	VPMADDWD  minus04<>(SB), Y0, Y5  \
	VPADDD    half<>(SB), Y4, Y4     \
	VPADDD    half<>(SB), Y5, Y5     \
	VPMADDWD  low26<>(SB), Y1, Y6    \
	VPMADDWD  high26<>(SB), Y1, Y7   \
	VPADDD    Y6, Y4, Y8             \ // Y8-Y11: outputs 0-3 of the even frequencies
	VPADDD    Y7, Y5, Y9             \
	VPSUBD    Y7, Y5, Y10            \
	VPSUBD    Y6, Y4, Y11            \
	ODD(odd0of13, odd0of57)          \
	VPADDD    Y4, Y8, Y0             \ // samples 0-7: Y0, Y1, Y12, Y2, Y11, Y13, Y6, Y7
	VPSUBD    Y4, Y8, Y7             \
	ODD(odd1of13, odd1of57)          \
	VPADDD    Y4, Y9, Y1             \
	VPSUBD    Y4, Y9, Y6             \
	ODD(odd2of13, odd2of57)          \
	VPADDD    Y4, Y10, Y12           \
	VPSUBD    Y4, Y10, Y13           \
	ODD(odd3of13, odd3of57)          \
	VPADDD    Y4, Y11, Y2            \
	VPSUBD    Y4, Y11, Y11           \
	VPSRAD    $shift, Y0, Y0         \
	VPSRAD    $shift, Y1, Y1         \
	VPSRAD    $shift, Y12, Y12       \
	VPSRAD    $shift, Y2, Y2         \
	VPSRAD    $shift, Y11, Y11       \
	VPSRAD    $shift, Y13, Y13       \
	VPSRAD    $shift, Y6, Y6         \
	VPSRAD    $shift, Y7, Y7         \
	VPACKSSDW Y1, Y0, Y0             \
	VPACKSSDW Y2, Y12, Y1            \
	VPACKSSDW Y13, Y11, Y2           \
	VPACKSSDW Y7, Y6, Y3

// func idctAVX2(out *uint8, stride int, b, q *Block)
TEXT ·idctAVX2(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ stride+8(FP), BX
	MOVQ b+16(FP), SI
	MOVQ q+24(FP), DX

	VMOVDQU  0(SI), Y0
	VMOVDQU  32(SI), Y1
	VMOVDQU  64(SI), Y2
	VMOVDQU  96(SI), Y3
	VPMULLW  0(DX), Y0, Y0
	VPMULLW  32(DX), Y1, Y1
	VPMULLW  64(DX), Y2, Y2
	VPMULLW  96(DX), Y3, Y3
	VPXOR    Y15, Y15, Y15
	VMOVDQU  Y15, 0(SI)
	VMOVDQU  Y15, 32(SI)
	VMOVDQU  Y15, 64(SI)
	VMOVDQU  Y15, 96(SI)
	TRANSFORM(half11, 11)

	// The rows become the columns: rows 0, 2, 4, 6 in the lower half of each register and
	// 1, 3, 5, 7 in the upper one, each with the pair of columns that the register is of.
	VMOVDQU    columns<>(SB), Y15
	VPERMQ     $0xd8, Y0, Y0  // row 0 | row 1
	VPERMQ     $0xd8, Y1, Y1
	VPERMQ     $0xd8, Y2, Y2
	VPERMQ     $0xd8, Y3, Y3
	VPSHUFB    Y15, Y0, Y0
	VPSHUFB    Y15, Y1, Y1
	VPSHUFB    Y15, Y2, Y2
	VPSHUFB    Y15, Y3, Y3
	VPUNPCKLDQ Y1, Y0, Y4
	VPUNPCKHDQ Y1, Y0, Y5
	VPUNPCKLDQ Y3, Y2, Y6
	VPUNPCKHDQ Y3, Y2, Y7
	VPUNPCKLQDQ Y6, Y4, Y0
	VPUNPCKHQDQ Y6, Y4, Y1
	VPUNPCKLQDQ Y7, Y5, Y2
	VPUNPCKHQDQ Y7, Y5, Y3
	TRANSFORM(half18, 18)

	VPACKSSWB  Y1, Y0, Y0 // columns 0-3, each of rows 0, 2, 4, 6 | 1, 3, 5, 7
	VPACKSSWB  Y3, Y2, Y2 // columns 4-7
	VMOVDQU    level<>(SB), Y4
	VMOVDQU    turn<>(SB), Y5
	VPADDB     Y4, Y0, Y0
	VPADDB     Y4, Y2, Y2
	VPSHUFB    Y5, Y0, Y0
	VPSHUFB    Y5, Y2, Y2
	VPUNPCKLDQ Y2, Y0, Y1 // rows 0, 2 | 1, 3
	VPUNPCKHDQ Y2, Y0, Y2 // rows 4, 6 | 5, 7
	VEXTRACTI128 $1, Y1, X3
	VEXTRACTI128 $1, Y2, X4

	LEAQ    (BX)(BX*2), AX
	LEAQ    (DI)(BX*4), CX
	VMOVQ   X1, (DI)
	VMOVQ   X3, (DI)(BX*1)
	VMOVHPS X1, (DI)(BX*2)
	VMOVHPS X3, (DI)(AX*1)
	VMOVQ   X2, (CX)
	VMOVQ   X4, (CX)(BX*1)
	VMOVHPS X2, (CX)(BX*2)
	VMOVHPS X4, (CX)(AX*1)
	VZEROUPPER
	RET
