package pickle

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// The instructions that push a number or a text.

func constant(v Value) func(*machine) error {
	return func(m *machine) error { return m.push(v) }
}

// integer reads n bytes; of the lengths that there are only 4 has a sign.
func integer(n int) func(*machine) error {
	return func(m *machine) error {
		v, err := m.unsigned(n)
		if err != nil {
			return err
		}
		if n == 4 {
			v = int64(int32(v))
		}
		return m.create(v, 0)
	}
}

// long reads a length of n bytes, and an integer of that length.
func long(n int) func(*machine) error {
	return func(m *machine) error {
		length, err := m.unsigned(n)
		if err != nil {
			return err
		}
		raw, err := m.describing(length)
		if err != nil {
			return err
		}
		if length > 8 {
			return m.create(Big(raw), 0)
		}
		wide := [8]byte{}
		if length > 0 && raw[length-1]&0x80 != 0 {
			binary.LittleEndian.PutUint64(wide[:], math.MaxUint64)
		}
		copy(wide[:], raw)
		return m.create(int64(binary.LittleEndian.Uint64(wide[:])), 0)
	}
}

// integerLine reads a decimal, of which 00 and 01 are False and True in protocols 0 and 1.
func integerLine(m *machine) error {
	line, err := m.line()
	if err != nil {
		return err
	}
	if line == "00" || line == "01" {
		return m.push(line == "01")
	}
	digits := strings.TrimSuffix(line, "L")
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return m.create(n, 0)
	}
	if strings.Trim(digits, "-0123456789") != "" || digits == "" {
		return m.corrupt("got %s, want an integer; the file is damaged, fetch it again", Describe(line))
	}
	return m.create(Big(digits), int64(len(digits)))
}

func float(m *machine) error {
	raw, err := m.take(8)
	if err != nil {
		return err
	}
	return m.create(math.Float64frombits(binary.BigEndian.Uint64(raw)), 0)
}

func floatLine(m *machine) error {
	line, err := m.line()
	if err != nil {
		return err
	}
	x, err := strconv.ParseFloat(line, 64)
	if err != nil {
		return m.corrupt("got %s, want a number; the file is damaged, fetch it again", Describe(line))
	}
	return m.create(x, 0)
}

// text reads a length of n bytes, and a text of that length. Python 2 has no other byte
// strings than these, so a text need not be UTF-8.
func text(n int) func(*machine) error {
	return func(m *machine) error {
		length, err := m.unsigned(n)
		if err != nil {
			return err
		}
		return m.pushText(length)
	}
}

// oldText is text of Python 2 that is too long for SHORT_BINSTRING: source code, or the
// numbers of an array, which stay in the file.
func oldText(m *machine) error {
	length, err := m.unsigned(4)
	if err != nil {
		return err
	}
	if length > longest {
		return m.pushBytes(length)
	}
	return m.pushText(length)
}

func (m *machine) pushText(length int64) error {
	raw, err := m.describing(length)
	if err != nil {
		return err
	}
	return m.create(string(raw), 0)
}

// describing takes bytes that stay in memory.
func (m *machine) describing(n int64) ([]byte, error) {
	if n <= m.in.Size-m.at {
		if err := m.charge(n); err != nil {
			return nil, err
		}
	}
	return m.take(n)
}

// longest is the length of the longest byte string that is kept in memory.
const longest = 1 << 12

// byteString reads a length of n bytes, and bytes.
func byteString(n int) func(*machine) error {
	return func(m *machine) error {
		length, err := m.unsigned(n)
		if err != nil {
			return err
		}
		return m.pushBytes(length)
	}
}

func (m *machine) pushBytes(length int64) error {
	if length > longest && length <= m.in.Size-m.at {
		b := &Bytes{in: m.in, at: m.at, n: length}
		m.skip(length)
		return m.create(b, 2*containerBytes)
	}
	raw, err := m.describing(length)
	if err != nil {
		return err
	}
	return m.create(&Bytes{short: string(raw), in: m.in}, 2*containerBytes)
}

// quotedLine reads a byte string of Python 2 as protocol 0 has it: quoted, with escapes.
func quotedLine(m *machine) error {
	line, err := m.line()
	if err != nil {
		return err
	}
	n := len(line)
	if n < 2 || line[0] != '\'' && line[0] != '"' || line[n-1] != line[0] {
		return m.corrupt("got %s, want a text in quotes; the file is damaged, fetch it again", Describe(line))
	}
	var b strings.Builder
	for rest := line[1 : n-1]; rest != ""; {
		if rest[0] != '\\' {
			b.WriteByte(rest[0])
			rest = rest[1:]
			continue
		}
		quote := rest[min(1, len(rest)-1)]
		if quote != '\'' && quote != '"' {
			quote = 0
		}
		c, _, after, err := strconv.UnquoteChar(rest, quote)
		if err != nil || c > math.MaxUint8 {
			return m.corrupt("got an escape that no byte string of Python has; the file is damaged, fetch it again")
		}
		b.WriteByte(byte(c))
		rest = after
	}
	return m.create(b.String(), int64(b.Len()))
}

// unicodeLine reads a text as protocol 0 has it: in Latin-1, other characters as \u or \U.
func unicodeLine(m *machine) error {
	line, err := m.line()
	if err != nil {
		return err
	}
	var b strings.Builder
	for line != "" {
		digits := 0
		switch {
		case strings.HasPrefix(line, `\u`):
			digits = 4
		case strings.HasPrefix(line, `\U`):
			digits = 8
		}
		if digits == 0 {
			b.WriteRune(rune(line[0]))
			line = line[1:]
			continue
		}
		code, err := strconv.ParseUint(line[2:min(len(line), 2+digits)], 16, 32)
		if err != nil || len(line) < 2+digits {
			return m.corrupt("got an escape that no text of Python has; the file is damaged, fetch it again")
		}
		b.WriteRune(rune(code))
		line = line[2+digits:]
	}
	return m.create(b.String(), int64(b.Len()))
}
