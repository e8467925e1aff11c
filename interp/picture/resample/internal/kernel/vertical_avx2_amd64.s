//go:build !purego

#include "textflag.h"

// verticalAVX2: 32 columns at once, two rows in each step.
//
//	rows       a0 a1 … a31                Y8    b0 b1 … b31                Y9
//	pairs      four registers of a0b0 a1b1 a2b2 a3b3 …, as words
//	sums       · low halves     Y0 Y1 Y2 Y3
//	           · high halves    Y4 Y5 Y6 Y7
//
// Unpacking and packing both keep to halves of a register, so that the columns are in order
// in the end.
TEXT ·verticalAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ stride+16(FP), R9
	MOVQ weights+24(FP), DX
	MOVQ pairs+32(FP), BX
	MOVQ blocks+40(FP), CX
	MOVL $0x200000, AX // half
	VMOVD AX, X15
	VPBROADCASTD X15, Y15
	VPXOR Y14, Y14, Y14

block:
	MOVQ SI, AX
	MOVQ DX, R10
	MOVQ BX, R11
	VMOVDQA Y15, Y0
	VMOVDQA Y15, Y1
	VMOVDQA Y15, Y2
	VMOVDQA Y15, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

pair:
	VMOVDQU (AX), Y8
	VMOVDQU (AX)(R9*1), Y9
	VPBROADCASTD (R10), Y10
	VPBROADCASTD 4(R10), Y11
	VPUNPCKLBW Y9, Y8, Y12
	VPUNPCKHBW Y9, Y8, Y13
	VPUNPCKLBW Y14, Y12, Y8
	VPUNPCKHBW Y14, Y12, Y9
	VPMADDWD Y10, Y8, Y12
	VPMADDWD Y11, Y8, Y8
	VPADDD Y12, Y0, Y0
	VPADDD Y8, Y4, Y4
	VPMADDWD Y10, Y9, Y12
	VPMADDWD Y11, Y9, Y9
	VPADDD Y12, Y1, Y1
	VPADDD Y9, Y5, Y5
	VPUNPCKLBW Y14, Y13, Y8
	VPUNPCKHBW Y14, Y13, Y9
	VPMADDWD Y10, Y8, Y12
	VPMADDWD Y11, Y8, Y8
	VPADDD Y12, Y2, Y2
	VPADDD Y8, Y6, Y6
	VPMADDWD Y10, Y9, Y12
	VPMADDWD Y11, Y9, Y9
	VPADDD Y12, Y3, Y3
	VPADDD Y9, Y7, Y7
	LEAQ (AX)(R9*2), AX
	ADDQ $8, R10
	DECQ R11
	JNZ pair

	VPSLLD $15, Y4, Y4
	VPSLLD $15, Y5, Y5
	VPSLLD $15, Y6, Y6
	VPSLLD $15, Y7, Y7
	VPADDD Y4, Y0, Y0
	VPADDD Y5, Y1, Y1
	VPADDD Y6, Y2, Y2
	VPADDD Y7, Y3, Y3
	VPSRAD $22, Y0, Y0
	VPSRAD $22, Y1, Y1
	VPSRAD $22, Y2, Y2
	VPSRAD $22, Y3, Y3
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKUSWB Y2, Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
