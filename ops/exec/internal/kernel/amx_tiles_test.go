//go:build linux && amd64 && !purego

package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// An amxThread is the AMX state of a thread: eight tiles and their shapes, as Intel's
// Software Developer's Manual describes them (volume 1, chapter 18).
type amxThread struct {
	configured bool
	rows, wide [8]int // bytes of a row
	tiles      [8][tileRows][64]byte
}

// An amxMemory is the memory of a process: rows of equal length at these addresses.
type amxMemory interface {
	read(at []uintptr, rows [][]byte) error
	write(at []uintptr, rows [][]byte) error
}

// configure is LDTILECFG.
func (th *amxThread) configure(config []byte) error {
	*th = amxThread{configured: true}
	if config[0] != 1 {
		return fmt.Errorf("LDTILECFG: palette %d", config[0])
	}
	for i := range th.rows {
		th.wide[i] = int(binary.LittleEndian.Uint16(config[16+2*i:]))
		th.rows[i] = int(config[48+i])
		if th.rows[i] > tileRows || th.wide[i] > 64 || (th.rows[i] == 0) != (th.wide[i] == 0) {
			return fmt.Errorf("LDTILECFG: tile %d of %d rows of %d bytes", i, th.rows[i], th.wide[i])
		}
	}
	return nil
}

// usable reports why tiles may not be used.
func (th *amxThread) usable(tiles ...int) error {
	if !th.configured {
		return errors.New("tiles are not configured")
	}
	for _, i := range tiles {
		if i > 7 || th.rows[i] == 0 {
			return fmt.Errorf("tile %d is not configured", i)
		}
	}
	return nil
}

// move is TILELOADD and TILESTORED: a row of the tile for every stride bytes.
func (th *amxThread) move(m amxMemory, tile int, first, stride uintptr, load bool) error {
	if err := th.usable(tile); err != nil {
		return err
	}
	var at []uintptr
	var rows [][]byte
	if load {
		th.tiles[tile] = [tileRows][64]byte{}
	}
	for r := range th.rows[tile] {
		at = append(at, first+uintptr(r)*stride)
		rows = append(rows, th.tiles[tile][r][:th.wide[tile]])
	}
	if load {
		return m.read(at, rows)
	}
	return m.write(at, rows)
}

// dot is TDPBF16PS: sum += a*b, where a row of b has two rows of the matrix. The products
// of the first and of the second ones are summed separately.
func (th *amxThread) dot(sum, a, b int) error {
	if err := th.usable(sum, a, b); err != nil {
		return err
	}
	if th.rows[sum] != th.rows[a] || th.wide[sum] != th.wide[b] || th.wide[a] != 4*th.rows[b] || sum == a || sum == b || a == b {
		return fmt.Errorf("TDPBF16PS: %d += %d * %d: %v rows of %v bytes", sum, a, b, th.rows, th.wide)
	}
	pair := func(row []byte, i int) (first, second float32) {
		first, second = PairBF16(math.Float32frombits(binary.LittleEndian.Uint32(row[4*i:])))
		return flushed(first), flushed(second)
	}
	for m := range th.rows[sum] {
		var sums [2][tileRows]float32
		for k := range th.rows[b] {
			x0, x1 := pair(th.tiles[a][m][:], k)
			for n := range th.wide[b] / 4 {
				y0, y1 := pair(th.tiles[b][k][:], n)
				sums[0][n] = flushed(sums[0][n] + x0*y0)
				sums[1][n] = flushed(sums[1][n] + x1*y1)
			}
		}
		for n := range th.wide[sum] / 4 {
			word := th.tiles[sum][m][4*n:]
			total := flushed(math.Float32frombits(binary.LittleEndian.Uint32(word)))
			total = flushed(total + flushed(sums[0][n]+sums[1][n]))
			binary.LittleEndian.PutUint32(word, math.Float32bits(total))
		}
	}
	return nil
}

// flushed replaces numbers below the smallest normal one by 0.
func flushed(x float32) float32 {
	if math.Float32bits(x)&0x7F800000 == 0 {
		return 0
	}
	return x
}

// step executes the instruction at the start of code, for a thread with these general
// registers, and returns its length; 0 means that it is not an AMX instruction.
func (th *amxThread) step(m amxMemory, code []byte, register func(n byte) uintptr) (length int, err error) {
	if len(code) < 5 || code[0] != 0xC4 || code[1]&31 != 2 || code[2]&0x84 != 0 {
		return 0, nil
	}
	prefix, opcode, mode := code[2]&3, code[3], code[4]
	reg, rm := int(mode>>3&7), int(mode&7)
	vvvv := int(^code[2] >> 3 & 15)
	if mode>>6 == 3 {
		switch {
		case opcode == 0x49 && prefix == 0 && mode == 0xC0:
			*th = amxThread{}
			return 5, nil
		case opcode == 0x49 && prefix == 3 && rm == 0:
			th.tiles[reg] = [tileRows][64]byte{}
			return 5, th.usable(reg)
		case opcode == 0x5C && prefix == 2:
			return 5, th.dot(reg, rm, vvvv)
		}
		return 0, nil
	}
	address, stride, length, err := operand(code, register)
	switch {
	case err != nil:
		return 0, err
	case opcode == 0x49 && prefix == 0 && reg == 0:
		config := make([]byte, 64)
		if err := m.read([]uintptr{address}, [][]byte{config}); err != nil {
			return 0, err
		}
		return length, th.configure(config)
	case opcode == 0x4B && prefix == 3:
		return length, th.move(m, reg, address, stride, true)
	case opcode == 0x4B && prefix == 2:
		return length, th.move(m, reg, address, stride, false)
	}
	return 0, nil
}

// operand decodes memory: the address without the index, which is the stride, and
// the length of the instruction.
func operand(code []byte, register func(n byte) uintptr) (address, stride uintptr, length int, err error) {
	mode, high := code[4], ^code[1]
	base, length := mode&7|high>>5&1<<3, 5
	if mode&7 == 4 {
		if len(code) < 6 {
			return 0, 0, 0, errors.New("the instruction is cut off")
		}
		sib := code[5]
		base, length = sib&7|high>>5&1<<3, 6
		if index := sib>>3&7 | high>>6&1<<3; index != 4 {
			stride = register(index) << (sib >> 6)
		}
	}
	address = register(base)
	switch rest := code[length:]; mode >> 6 {
	case 0:
		if base&7 == 5 {
			return 0, 0, 0, errors.New("an address without a base")
		}
	case 1:
		if len(rest) < 1 {
			return 0, 0, 0, errors.New("the instruction is cut off")
		}
		address += uintptr(int8(rest[0]))
		length++
	case 2:
		if len(rest) < 4 {
			return 0, 0, 0, errors.New("the instruction is cut off")
		}
		address += uintptr(int32(binary.LittleEndian.Uint32(rest)))
		length += 4
	}
	return address, stride, length, nil
}
