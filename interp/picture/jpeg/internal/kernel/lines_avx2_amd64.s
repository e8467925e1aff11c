//go:build !purego

#include "textflag.h"

#define VECTOR(name, first, second) \
	DATA name<>+0(SB)/8, $first   \
	DATA name<>+8(SB)/8, $second  \
	DATA name<>+16(SB)/8, $first  \
	DATA name<>+24(SB)/8, $second \
	GLOBL name<>(SB), RODATA|NOPTR, $32

#define SAME(name, all) VECTOR(name, all, all)

SAME(one, 0x0001000100010001)
SAME(two, 0x0002000200020002)
SAME(seven, 0x0007000700070007)
SAME(eight, 0x0008000800080008)
SAME(middle, 0x0080008000800080)     // 128
SAME(redOfRed, 0x66e966e966e966e9)   // 26345: 1.402 - 1
SAME(blueOfBlue, 0xc5a2c5a2c5a2c5a2) // -14942: 1.772 - 2
SAME(green, 0x492ea7e6492ea7e6)      // of blue -22554: 0.344136; of red 18734: 1 - 0.714136
SAME(half, 0x0000800000008000)

// From 8 bytes of red and 8 of green, or 8 of blue, to the first 16 bytes and the last 8 of
// 8 pixels of RGB.
VECTOR(redGreen, 0x0a02800901800800, 0x05800c04800b0380)
VECTOR(onlyBlue, 0x8080018080008080, 0x8004808003808002)
VECTOR(redGreenLast, 0x800f07800e06800d, 0x8080808080808080)
VECTOR(onlyBlueLast, 0x0780800680800580, 0x8080808080808080)

// THRICE multiplies the words of a register by 3.
#define THRICE(x, work) \
	VPADDW x, x, work \
	VPADDW work, x, x

// func doubleWideAVX2(out, line *uint8, n int)
TEXT ·doubleWideAVX2(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), DI
	MOVQ line+8(FP), SI
	MOVQ n+16(FP), CX
	VMOVDQU one<>(SB), Y14
	VMOVDQU two<>(SB), Y15

wide:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW -1(SI), Y1
	VPMOVZXBW 1(SI), Y2
	THRICE(Y0, Y3)
	VPADDW Y14, Y1, Y1
	VPADDW Y15, Y2, Y2
	VPADDW Y0, Y1, Y1
	VPADDW Y0, Y2, Y2
	VPSRLW $2, Y1, Y1
	VPSRLW $2, Y2, Y2
	VPSLLW $8, Y2, Y2
	VPOR   Y1, Y2, Y1
	VMOVDQU Y1, (DI)
	ADDQ $16, SI
	ADDQ $32, DI
	SUBQ $16, CX
	JNZ  wide
	VZEROUPPER
	RET

// BETWEEN sums three of near and one of far.
#define BETWEEN(at, x) \
	VPMOVZXBW at(SI), x  \
	VPMOVZXBW at(DX), Y4 \
	THRICE(x, Y3)        \
	VPADDW Y4, x, x

// func doubleBothAVX2(out, near, far *uint8, n int)
TEXT ·doubleBothAVX2(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ near+8(FP), SI
	MOVQ far+16(FP), DX
	MOVQ n+24(FP), CX
	VMOVDQU eight<>(SB), Y14
	VMOVDQU seven<>(SB), Y15

both:
	BETWEEN(0, Y0)
	BETWEEN(-1, Y1)
	BETWEEN(1, Y2)
	THRICE(Y0, Y3)
	VPADDW Y14, Y1, Y1
	VPADDW Y15, Y2, Y2
	VPADDW Y0, Y1, Y1
	VPADDW Y0, Y2, Y2
	VPSRLW $4, Y1, Y1
	VPSRLW $4, Y2, Y2
	VPSLLW $8, Y2, Y2
	VPOR   Y1, Y2, Y1
	VMOVDQU Y1, (DI)
	ADDQ $16, SI
	ADDQ $16, DX
	ADDQ $32, DI
	SUBQ $16, CX
	JNZ  both
	VZEROUPPER
	RET

// func doubleHighAVX2(out, near, far *uint8, n int, rounding uint64)
TEXT ·doubleHighAVX2(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ near+8(FP), SI
	MOVQ far+16(FP), DX
	MOVQ n+24(FP), CX
	MOVQ rounding+32(FP), AX
	VMOVQ AX, X15
	VPBROADCASTW X15, Y15

high:
	BETWEEN(0, Y0)
	VPADDW Y15, Y0, Y0
	VPSRLW $2, Y0, Y0
	VPACKUSWB Y0, Y0, Y0
	VPERMQ $0x08, Y0, Y0
	VMOVDQU X0, (DI)
	ADDQ $16, SI
	ADDQ $16, DX
	ADDQ $16, DI
	SUBQ $16, CX
	JNZ  high
	VZEROUPPER
	RET

// func rgbAVX2(out, y, cb, cr *uint8, n int)
//
// Of factors beyond 16 bits the whole multiples are added by themselves. The products of
// red and blue are taken twice as large and halved, which rounds them.
TEXT ·rgbAVX2(SB), NOSPLIT, $0-40
	MOVQ out+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), DX
	MOVQ cr+24(FP), BX
	MOVQ n+32(FP), CX
	VMOVDQU middle<>(SB), Y8
	VMOVDQU one<>(SB), Y9
	VMOVDQU green<>(SB), Y10
	VMOVDQU half<>(SB), Y11
	VMOVDQU redGreen<>(SB), Y12
	VMOVDQU onlyBlue<>(SB), Y13
	VMOVDQU redGreenLast<>(SB), Y14
	VMOVDQU onlyBlueLast<>(SB), Y15

pixels:
	VPMOVZXBW (SI), Y0
	VPMOVZXBW (DX), Y1
	VPMOVZXBW (BX), Y2
	VPSUBW Y8, Y1, Y1
	VPSUBW Y8, Y2, Y2

	VPADDW  Y2, Y2, Y3 // Y3: red
	VPMULHW redOfRed<>(SB), Y3, Y3
	VPADDW  Y9, Y3, Y3
	VPSRAW  $1, Y3, Y3
	VPADDW  Y2, Y3, Y3
	VPADDW  Y0, Y3, Y3

	VPADDW  Y1, Y1, Y5 // Y4: blue
	VPMULHW blueOfBlue<>(SB), Y5, Y4
	VPADDW  Y9, Y4, Y4
	VPSRAW  $1, Y4, Y4
	VPADDW  Y5, Y4, Y4
	VPADDW  Y0, Y4, Y4

	VPUNPCKLWD Y2, Y1, Y5 // Y5: green
	VPUNPCKHWD Y2, Y1, Y6
	VPMADDWD Y10, Y5, Y5
	VPMADDWD Y10, Y6, Y6
	VPADDD  Y11, Y5, Y5
	VPADDD  Y11, Y6, Y6
	VPSRAD  $16, Y5, Y5
	VPSRAD  $16, Y6, Y6
	VPACKSSDW Y6, Y5, Y5
	VPSUBW  Y2, Y5, Y5
	VPADDW  Y0, Y5, Y5

	VPACKUSWB Y5, Y3, Y3 // pixels 0-7 | 8-15
	VPACKUSWB Y4, Y4, Y4
	VPSHUFB Y12, Y3, Y0
	VPSHUFB Y13, Y4, Y1
	VPSHUFB Y14, Y3, Y2
	VPSHUFB Y15, Y4, Y5
	VPOR    Y1, Y0, Y0
	VPOR    Y5, Y2, Y2
	VEXTRACTI128 $1, Y2, X3
	VMOVDQU X0, (DI)
	VMOVQ   X2, 16(DI)
	VEXTRACTI128 $1, Y0, 24(DI)
	VMOVQ   X3, 40(DI)
	ADDQ $16, SI
	ADDQ $16, DX
	ADDQ $16, BX
	ADDQ $48, DI
	SUBQ $16, CX
	JNZ  pixels
	VZEROUPPER
	RET
