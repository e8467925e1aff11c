//go:build !purego

#include "textflag.h"

// One channel of four pixels, as double words; 0x80 gives 0.
DATA channels<>+0(SB)/8, $0x8080800380808000
DATA channels<>+8(SB)/8, $0x8080800980808006
DATA channels<>+16(SB)/8, $0x8080800480808001
DATA channels<>+24(SB)/8, $0x8080800a80808007
DATA channels<>+32(SB)/8, $0x8080800580808002
DATA channels<>+40(SB)/8, $0x8080800b80808008
GLOBL channels<>(SB), RODATA|NOPTR, $48

// planeRGBAVX2: 8 pixels in each step, four in each half of a register.
TEXT ·planeRGBAVX2(SB), NOSPLIT, $0-44
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ steps+16(FP), CX
	MOVQ channel+24(FP), AX
	VBROADCASTSS full+32(FP), Y1
	VBROADCASTSS mean+36(FP), Y2
	VBROADCASTSS std+40(FP), Y3
	SHLQ $4, AX
	LEAQ channels<>(SB), DX
	VBROADCASTI128 (DX)(AX*1), Y4

step:
	VMOVDQU (SI), X0
	VINSERTI128 $1, 12(SI), Y0, Y0
	VPSHUFB Y4, Y0, Y0
	VCVTDQ2PS Y0, Y0
	VDIVPS Y1, Y0, Y0
	VSUBPS Y2, Y0, Y0
	VDIVPS Y3, Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ $24, SI
	ADDQ $32, DI
	DECQ CX
	JNZ step
	VZEROUPPER
	RET

// planeGreyAVX2: 8 pixels in each step.
TEXT ·planeGreyAVX2(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ steps+16(FP), CX
	VBROADCASTSS full+24(FP), Y1
	VBROADCASTSS mean+28(FP), Y2
	VBROADCASTSS std+32(FP), Y3

step:
	VPMOVZXBD (SI), Y0
	VCVTDQ2PS Y0, Y0
	VDIVPS Y1, Y0, Y0
	VSUBPS Y2, Y0, Y0
	VDIVPS Y3, Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ $8, SI
	ADDQ $32, DI
	DECQ CX
	JNZ step
	VZEROUPPER
	RET

// (r g) and (g b) of four pixels, as words.
DATA redGreen<>+0(SB)/8, $0x8004800380018000
DATA redGreen<>+8(SB)/8, $0x800a800980078006
GLOBL redGreen<>(SB), RODATA|NOPTR, $16

DATA greenBlue<>+0(SB)/8, $0x8005800480028001
DATA greenBlue<>+8(SB)/8, $0x800b800a80088007
GLOBL greenBlue<>(SB), RODATA|NOPTR, $16

// greyAVX2: 8 pixels in each step, four in each half of a register. The weight of green does
// not fit into 16 bits with a sign, so that each half of it is in a pair of its own.
TEXT ·greyAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ steps+16(FP), CX
	VBROADCASTI128 redGreen<>(SB), Y4
	VBROADCASTI128 greenBlue<>(SB), Y5
	MOVL $0x4b234c8b, AX // 19595 + 19235<<16
	VMOVD AX, X6
	VPBROADCASTD X6, Y6
	MOVL $0x1d2f4b23, AX // 19235 + 7471<<16
	VMOVD AX, X7
	VPBROADCASTD X7, Y7
	MOVL $0x8000, AX // half
	VMOVD AX, X8
	VPBROADCASTD X8, Y8

step:
	VMOVDQU (SI), X0
	VINSERTI128 $1, 12(SI), Y0, Y0
	VPSHUFB Y4, Y0, Y1
	VPSHUFB Y5, Y0, Y2
	VPMADDWD Y6, Y1, Y1
	VPMADDWD Y7, Y2, Y2
	VPADDD Y1, Y2, Y2
	VPADDD Y8, Y2, Y2
	VPSRLD $16, Y2, Y2
	VPACKSSDW Y2, Y2, Y2
	VPACKUSWB Y2, Y2, Y2
	VEXTRACTI128 $1, Y2, X1
	VMOVD X2, (DI)
	VMOVD X1, 4(DI)
	ADDQ $24, SI
	ADDQ $8, DI
	DECQ CX
	JNZ step
	VZEROUPPER
	RET
