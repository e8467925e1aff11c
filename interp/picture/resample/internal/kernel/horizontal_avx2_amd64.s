//go:build !purego

#include "textflag.h"

// Bytes of four pixels as pairs of words, (r0 r1) (g0 g1) (b0 b1) (0 0), for each of two
// rows; 0x80 gives 0.
DATA firstPair<>+0(SB)/8, $0x8004800180038000
DATA firstPair<>+8(SB)/8, $0x8080808080058002
GLOBL firstPair<>(SB), RODATA|NOPTR, $16

DATA secondPair<>+0(SB)/8, $0x800a800780098006
DATA secondPair<>+8(SB)/8, $0x80808080800b8008
GLOBL secondPair<>(SB), RODATA|NOPTR, $16

// horizontalRGBAVX2: a result of three channels in each of four rows, two rows to a register.
//
//	           row 0            │ row 1                 row 2            │ row 3
//	pixels     r0 g0 b0 r1 g1 …                   Y4    …                         Y5
//	pairs      r0r1 g0g1 b0b1 0 │ …               Y8    …                         Y9
//	sums       · low halves                       Y0    …                         Y2
//	           · high halves                      Y1    …                         Y3
TEXT ·horizontalRGBAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	MOVQ 0(AX), R8
	MOVQ 8(AX), R9
	MOVQ 16(AX), R10
	MOVQ 24(AX), R11
	MOVQ 32(AX), R12
	MOVQ 40(AX), R13
	MOVQ 48(AX), R15
	MOVQ 56(AX), DI
	MOVQ 64(AX), SI
	MOVQ 72(AX), DX
	MOVQ 80(AX), CX
	MOVQ 88(AX), BX
	VBROADCASTI128 firstPair<>(SB), Y12
	VBROADCASTI128 secondPair<>(SB), Y13
	MOVL $0x200000, AX // half
	VMOVD AX, X14
	VPBROADCASTD X14, Y14

result:
	MOVLQSX (SI), AX
	ADDQ $4, SI
	LEAQ (AX)(AX*2), AX
	MOVQ BX, R14
	VMOVDQA Y14, Y0
	VPXOR Y1, Y1, Y1
	VMOVDQA Y14, Y2
	VPXOR Y3, Y3, Y3

step:
	VMOVDQU (R8)(AX*1), X4
	VINSERTI128 $1, (R9)(AX*1), Y4, Y4
	VMOVDQU (R10)(AX*1), X5
	VINSERTI128 $1, (R11)(AX*1), Y5, Y5
	VPBROADCASTD (DX), Y6
	VPBROADCASTD 4(DX), Y7
	VPSHUFB Y12, Y4, Y8
	VPSHUFB Y12, Y5, Y9
	VPMADDWD Y6, Y8, Y10
	VPMADDWD Y7, Y8, Y8
	VPMADDWD Y6, Y9, Y11
	VPMADDWD Y7, Y9, Y9
	VPADDD Y10, Y0, Y0
	VPADDD Y8, Y1, Y1
	VPADDD Y11, Y2, Y2
	VPADDD Y9, Y3, Y3
	VPBROADCASTD 8(DX), Y6
	VPBROADCASTD 12(DX), Y7
	VPSHUFB Y13, Y4, Y8
	VPSHUFB Y13, Y5, Y9
	VPMADDWD Y6, Y8, Y10
	VPMADDWD Y7, Y8, Y8
	VPMADDWD Y6, Y9, Y11
	VPMADDWD Y7, Y9, Y9
	VPADDD Y10, Y0, Y0
	VPADDD Y8, Y1, Y1
	VPADDD Y11, Y2, Y2
	VPADDD Y9, Y3, Y3
	ADDQ $12, AX
	ADDQ $16, DX
	DECQ R14
	JNZ step

	VPSLLD $15, Y1, Y1
	VPSLLD $15, Y3, Y3
	VPADDD Y1, Y0, Y0
	VPADDD Y3, Y2, Y2
	VPSRAD $22, Y0, Y0
	VPSRAD $22, Y2, Y2
	VPACKSSDW Y2, Y0, Y0 // row 0, row 2 | row 1, row 3
	VPACKUSWB Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VMOVD X0, (R12)
	VMOVD X1, (R13)
	VPEXTRD $1, X0, (R15)
	VPEXTRD $1, X1, (DI)
	ADDQ $3, R12
	ADDQ $3, R13
	ADDQ $3, R15
	ADDQ $3, DI
	DECQ CX
	JNZ result
	VZEROUPPER
	RET

// Each pair of eight pixels twice, as words: once for the low halves of its weights, once
// for the high ones.
DATA twice<>+0(SB)/8, $0x8001800080018000
DATA twice<>+8(SB)/8, $0x8003800280038002
DATA twice<>+16(SB)/8, $0x8005800480058004
DATA twice<>+24(SB)/8, $0x8007800680078006
GLOBL twice<>(SB), RODATA|NOPTR, $32

DATA lowHigh<>+0(SB)/8, $0x0000000f00000000
GLOBL lowHigh<>(SB), RODATA|NOPTR, $8

// horizontalGreyAVX2: a result of one channel in each of four rows, a register for each, in
// which sums with low and with high halves take turns.
TEXT ·horizontalGreyAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	MOVQ 0(AX), R8
	MOVQ 8(AX), R9
	MOVQ 16(AX), R10
	MOVQ 24(AX), R11
	MOVQ 32(AX), R12
	MOVQ 40(AX), R13
	MOVQ 48(AX), R15
	MOVQ 56(AX), DI
	MOVQ 64(AX), SI
	MOVQ 72(AX), DX
	MOVQ 80(AX), CX
	MOVQ 88(AX), BX
	VMOVDQU twice<>(SB), Y12
	VPBROADCASTQ lowHigh<>(SB), Y13
	MOVL $0x200000, AX // half
	VMOVD AX, X14
	VPBROADCASTD X14, X14

result:
	MOVLQSX (SI), AX
	ADDQ $4, SI
	MOVQ BX, R14
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3

step:
	VPBROADCASTQ (R8)(AX*1), Y4
	VPBROADCASTQ (R9)(AX*1), Y5
	VPBROADCASTQ (R10)(AX*1), Y6
	VPBROADCASTQ (R11)(AX*1), Y7
	VMOVDQU (DX), Y8
	VPSHUFB Y12, Y4, Y4
	VPSHUFB Y12, Y5, Y5
	VPSHUFB Y12, Y6, Y6
	VPSHUFB Y12, Y7, Y7
	VPMADDWD Y8, Y4, Y4
	VPMADDWD Y8, Y5, Y5
	VPMADDWD Y8, Y6, Y6
	VPMADDWD Y8, Y7, Y7
	VPADDD Y4, Y0, Y0
	VPADDD Y5, Y1, Y1
	VPADDD Y6, Y2, Y2
	VPADDD Y7, Y3, Y3
	ADDQ $8, AX
	ADDQ $32, DX
	DECQ R14
	JNZ step

	VPSLLVD Y13, Y0, Y0
	VPSLLVD Y13, Y1, Y1
	VPSLLVD Y13, Y2, Y2
	VPSLLVD Y13, Y3, Y3
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0 // a sum of each row in each half
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPADDD X14, X0, X0
	VPSRAD $22, X0, X0
	VPACKSSDW X0, X0, X0
	VPACKUSWB X0, X0, X0
	VPEXTRB $0, X0, (R12)
	VPEXTRB $1, X0, (R13)
	VPEXTRB $2, X0, (R15)
	VPEXTRB $3, X0, (DI)
	INCQ R12
	INCQ R13
	INCQ R15
	INCQ DI
	DECQ CX
	JNZ result
	VZEROUPPER
	RET
