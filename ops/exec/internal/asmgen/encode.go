package asmgen

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// Go's assembler does not know the instructions on bfloat16 and tiles. They are encoded
// here by the rules of Intel's Software Developer's Manual, volume 2, sections 2.3 (VEX)
// and 2.7 (EVEX); a test compares them with another assembler's output. Operands come in
// Go's order, the destination last.

// bytes adds an instruction that the assembler does not know.
func (t *text) bytes(code []byte, name string, operands ...any) {
	words := make([]string, len(code))
	for i, b := range code {
		words[i] = fmt.Sprintf("BYTE $0x%02X", b)
	}
	t.raw("\t" + strings.Join(words, "; ") + " // " + name + " " + strings.TrimRight(strings.Join(texts(operands), ", "), " "))
}

func texts(operands []any) []string {
	var list []string
	for _, o := range operands {
		list = append(list, fmt.Sprint(o))
	}
	return list
}

// dotBF16 adds to each of 16 float32 the two products of bfloat16 in its place.
func (t *text) dotBF16(x, y, sum int) {
	t.bytes(evex(prefixF3, 0x52, x, y, sum), "VDPBF16PS", avx512.v(x), avx512.v(y), avx512.v(sum))
}

// roundBF16 rounds 32 float32 of two registers to bfloat16.
func (t *text) roundBF16(low, high, to int) {
	t.bytes(evex(prefixF2, 0x72, low, high, to), "VCVTNE2PS2BF16", avx512.v(low), avx512.v(high), avx512.v(to))
}

// roundHalfBF16 rounds 16 float32 to bfloat16, half a register.
func (t *text) roundHalfBF16(from, to int) {
	t.bytes(evex(prefixF3, 0x72, from, 0, to), "VCVTNEPS2BF16", avx512.v(from), "Y"+itoa(to))
}

// Prefixes as VEX and EVEX number them.
const (
	prefixNone = 0
	prefixF3   = 2
	prefixF2   = 3
)

// evex is an instruction of map 0F38 on whole registers of 512 bits: operands x in r/m and
// y in vvvv, result in reg.
func evex(prefix, opcode byte, x, y, to int) []byte {
	not := func(n, bit int) byte { return byte(^n>>bit) & 1 }
	return []byte{0x62,
		not(to, 3)<<7 | not(x, 4)<<6 | not(x, 3)<<5 | not(to, 4)<<4 | 2,
		byte(^y&15)<<3 | 1<<2 | prefix,
		2<<5 | not(y, 4)<<3,
		opcode, 0xC0 | byte(to&7)<<3 | byte(x&7)}
}

// numbers of the general registers in instructions.
var numbers = map[string]int{
	"AX": 0, "CX": 1, "DX": 2, "BX": 3, "SI": 6, "DI": 7,
	"R8": 8, "R9": 9, "R10": 10, "R11": 11, "R12": 12, "R13": 13, "R14": 14, "R15": 15,
}

func tileName(tile int) string { return "T" + itoa(tile) }

// loadConfig configures the tiles by 64 bytes of memory.
func (t *text) loadConfig(base string) {
	t.bytes(vexMemory(prefixNone, 0x49, 0, base, "", 0), "LDTILECFG", at(0, base))
}

// loadTile fills a tile with rows of memory, index bytes apart.
func (t *text) loadTile(n int, base, index string, tile int) {
	t.bytes(vexMemory(prefixF2, 0x4B, tile, base, index, n), "TILELOADD", at(n, base)+"("+index+"*1)", tileName(tile))
}

// storeTile is the opposite of loadTile.
func (t *text) storeTile(tile, n int, base, index string) {
	t.bytes(vexMemory(prefixF3, 0x4B, tile, base, index, n), "TILESTORED", tileName(tile), at(n, base)+"("+index+"*1)")
}

// dotTile adds to a tile of float32 the product of two of bfloat16.
func (t *text) dotTile(a, b, sum int) {
	t.bytes(vex(prefixF3, 0x5C, sum, a, b), "TDPBF16PS", tileName(b), tileName(a), tileName(sum))
}

// zeroTile clears a tile.
func (t *text) zeroTile(tile int) {
	t.bytes(vex(prefixF2, 0x49, tile, 0, 0), "TILEZERO", tileName(tile))
}

// releaseTiles ends the use of tiles.
func (t *text) releaseTiles() { t.bytes(vex(prefixNone, 0x49, 0, 0, 0), "TILERELEASE") }

// vex is an instruction of map 0F38 on registers.
func vex(prefix, opcode byte, reg, rm, vvvv int) []byte {
	return []byte{0xC4, 0xE2, byte(^vvvv&15)<<3 | prefix, opcode, 0xC0 | byte(reg)<<3 | byte(rm)}
}

// vexMemory is one on a register and memory n bytes after base and index.
func vexMemory(prefix, opcode byte, reg int, base, index string, n int) []byte {
	b := numbers[base]
	high := byte(0xE0) // R, X and B, inverted
	if b >= 8 {
		high &^= 0x20
	}
	rm := []byte{byte(b & 7)}
	if index != "" {
		i := numbers[index]
		if i >= 8 {
			high &^= 0x40
		}
		rm = []byte{4, byte(i&7)<<3 | byte(b&7)}
	}
	rm[0] |= byte(reg) << 3
	switch {
	case n == 0 && b&7 != 5:
	case n == int(int8(n)):
		rm[0] |= 0x40
		rm = append(rm, byte(n))
	default:
		rm[0] |= 0x80
		rm = binary.LittleEndian.AppendUint32(rm, uint32(n))
	}
	return slices.Concat([]byte{0xC4, high | 2, 15<<3 | prefix, opcode}, rm)
}
