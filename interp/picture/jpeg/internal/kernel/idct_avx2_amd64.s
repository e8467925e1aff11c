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

PAIR(plus04, 0x2000200020002000) // 8192, 8192
PAIR(minus04, 0xe0002000e0002000) // 8192, -8192
PAIR(low26, 0x115129cf115129cf) // 10703, 4433
PAIR(high26, 0xd6301151d6301151) // 4433, -10704
PAIR(outer, 0x25a1192525a11925) // 6437, 9633
PAIR(inner, 0xe6dc25a1e6dc25a1) // 9633, -6436
PAIR(odd0of17, 0xe333133ee333133e) // 4926, -7373
PAIR(odd1of53, 0x1051adfd1051adfd) // -20995, 4177
PAIR(odd2of53, 0xadfdefb0adfdefb0) // -4176, -20995
PAIR(odd3of17, 0xecc1e333ecc1e333) // -7373, -4927
PAIR(half11, 0x0000040000000400)
PAIR(half18, 0x0002000000020000)
PAIR(level, 0x8080808080808080)

// Within 16 bytes: columns 0…7 to 0, 4, 2, 6, 1, 7, 5, 3.
DATA columns<>+0(SB)/8, $0x0d0c050409080100
DATA columns<>+8(SB)/8, $0x07060b0a0f0e0302
DATA columns<>+16(SB)/8, $0x0d0c050409080100
DATA columns<>+24(SB)/8, $0x07060b0a0f0e0302
GLOBL columns<>(SB), RODATA|NOPTR, $32

// 4 x 4 bytes, transposed.
DATA turn<>+0(SB)/8, $0x0d0905010c080400
DATA turn<>+8(SB)/8, $0x0f0b07030e0a0602
DATA turn<>+16(SB)/8, $0x0d0905010c080400
DATA turn<>+24(SB)/8, $0x0f0b07030e0a0602
GLOBL turn<>(SB), RODATA|NOPTR, $32

// TRANSFORM is one pass, 8 columns at once. Y0-Y3 are the pairs of frequencies 0 and 4, 2
// and 6, 1 and 7, 5 and 3. The samples, of 16 bits, come in pairs as well, each of which
// has columns 0-3 of both and then columns 4-7 of both:
//
//	Y0 = 0, 1    Y1 = 2, 3    Y2 = 4, 5    Y3 = 6, 7
//
// Y8-Y11 are the outputs 0-3 of the even frequencies, Y4-Y7 those of the odd ones.
#define TRANSFORM(half, shift) \
	VPMADDWD  plus04<>(SB), Y0, Y4   \
	VPMADDWD  minus04<>(SB), Y0, Y5  \
	VPSLLD    $3, Y4, Y4             \ // the sum is cut to 16 bits
	VPSLLD    $3, Y5, Y5             \
	VPSRAD    $3, Y4, Y4             \
	VPSRAD    $3, Y5, Y5             \
	VPADDD    half<>(SB), Y4, Y4     \
	VPADDD    half<>(SB), Y5, Y5     \
	VPMADDWD  low26<>(SB), Y1, Y6    \
	VPMADDWD  high26<>(SB), Y1, Y7   \
	VPADDD    Y6, Y4, Y8             \
	VPADDD    Y7, Y5, Y9             \
	VPSUBD    Y7, Y5, Y10            \
	VPSUBD    Y6, Y4, Y11            \
	VPADDW    Y3, Y2, Y12            \ // 1 + 5, 7 + 3
	VPMADDWD  inner<>(SB), Y12, Y13  \
	VPMADDWD  outer<>(SB), Y12, Y12  \
	VPMADDWD  odd0of17<>(SB), Y2, Y4 \
	VPMADDWD  odd1of53<>(SB), Y3, Y5 \
	VPMADDWD  odd2of53<>(SB), Y3, Y6 \
	VPMADDWD  odd3of17<>(SB), Y2, Y7 \
	VPADDD    Y12, Y4, Y4            \
	VPADDD    Y13, Y5, Y5            \
	VPADDD    Y12, Y6, Y6            \
	VPADDD    Y13, Y7, Y7            \
	VPADDD    Y4, Y8, Y0             \
	VPADDD    Y5, Y9, Y1             \
	VPADDD    Y6, Y10, Y2            \
	VPADDD    Y7, Y11, Y3            \
	VPSUBD    Y7, Y11, Y7            \
	VPSUBD    Y6, Y10, Y6            \
	VPSUBD    Y5, Y9, Y5             \
	VPSUBD    Y4, Y8, Y4             \
	VPSRAD    $shift, Y0, Y0         \
	VPSRAD    $shift, Y1, Y1         \
	VPSRAD    $shift, Y2, Y2         \
	VPSRAD    $shift, Y3, Y3         \
	VPSRAD    $shift, Y7, Y7         \
	VPSRAD    $shift, Y6, Y6         \
	VPSRAD    $shift, Y5, Y5         \
	VPSRAD    $shift, Y4, Y4         \
	VPACKSSDW Y1, Y0, Y0             \
	VPACKSSDW Y3, Y2, Y1             \
	VPACKSSDW Y6, Y7, Y2             \
	VPACKSSDW Y4, Y5, Y3

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
	VPSRLD   $16, Y0, Y4 // row 4
	VPOR     Y1, Y4, Y4
	VPOR     Y2, Y4, Y4
	VPOR     Y3, Y4, Y4
	VPMULLW  0(DX), Y0, Y0
	VPMULLW  32(DX), Y1, Y1
	VPMULLW  64(DX), Y2, Y2
	VPMULLW  96(DX), Y3, Y3
	VPXOR    Y15, Y15, Y15
	VMOVDQU  Y15, 0(SI)
	VMOVDQU  Y15, 32(SI)
	VMOVDQU  Y15, 64(SI)
	VMOVDQU  Y15, 96(SI)
	VPTEST   Y4, Y4
	JZ       flat
	TRANSFORM(half11, 11)

turned:
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

flat: // only the first row has frequencies, and after the first pass all rows are equal
	VPSLLD    $18, Y0, Y0 // two fraction bits more, cut to 16 bits
	VPSRAD    $16, Y0, Y0
	VPACKSSDW Y0, Y0, Y0
	VMOVDQA   Y0, Y1
	VMOVDQA   Y0, Y2
	VMOVDQA   Y0, Y3
	JMP       turned
