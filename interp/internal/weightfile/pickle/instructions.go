package pickle

import "strconv"

// An instruction is one of the machine's. Its name is that of CPython.
type instruction struct {
	name string
	do   func(*machine) error
}

const stop = '.'

// instructions are all but STOP, by their byte. Left out are those that refer to something
// outside of the file: EXT1, EXT2 and EXT4 to a registry, NEXT_BUFFER to buffers.
var instructions [256]instruction

func init() {
	for code, i := range map[byte]instruction{
		0x80: {"PROTO", proto}, 0x95: {"FRAME", frame},
		// The stack.
		'(': {"MARK", mark}, '0': {"POP", discard}, '1': {"POP_MARK", discardMark}, '2': {"DUP", duplicate},
		'p': {"PUT", putLine}, 'q': {"BINPUT", putNumber(1)}, 'r': {"LONG_BINPUT", putNumber(4)}, 0x94: {"MEMOIZE", memoize},
		'g': {"GET", getLine}, 'h': {"BINGET", getNumber(1)}, 'j': {"LONG_BINGET", getNumber(4)},
		// Numbers and texts.
		'N': {"NONE", constant(nil)}, 0x88: {"NEWTRUE", constant(true)}, 0x89: {"NEWFALSE", constant(false)},
		'I': {"INT", integerLine}, 'L': {"LONG", integerLine}, 'F': {"FLOAT", floatLine},
		'J': {"BININT", integer(4)}, 'K': {"BININT1", integer(1)}, 'M': {"BININT2", integer(2)},
		0x8a: {"LONG1", long(1)}, 0x8b: {"LONG4", long(4)}, 'G': {"BINFLOAT", float},
		'S': {"STRING", quotedLine}, 'V': {"UNICODE", unicodeLine},
		'U': {"SHORT_BINSTRING", text(1)}, 'T': {"BINSTRING", oldText},
		0x8c: {"SHORT_BINUNICODE", text(1)}, 'X': {"BINUNICODE", text(4)}, 0x8d: {"BINUNICODE8", text(8)},
		'C': {"SHORT_BINBYTES", byteString(1)}, 'B': {"BINBYTES", byteString(4)},
		0x8e: {"BINBYTES8", byteString(8)}, 0x96: {"BYTEARRAY8", byteString(8)}, 0x98: {"READONLY_BUFFER", nothing},
		// Containers.
		')': {"EMPTY_TUPLE", tuple(0)}, 0x85: {"TUPLE1", tuple(1)}, 0x86: {"TUPLE2", tuple(2)}, 0x87: {"TUPLE3", tuple(3)}, 't': {"TUPLE", tupleMark},
		']': {"EMPTY_LIST", emptyList}, 0x8f: {"EMPTY_SET", emptyList}, 'l': {"LIST", listMark}, 0x91: {"FROZENSET", listMark},
		'a': {"APPEND", appendOne}, 'e': {"APPENDS", appendMark}, 0x90: {"ADDITEMS", appendMark},
		'}': {"EMPTY_DICT", emptyDict}, 'd': {"DICT", dictMark}, 's': {"SETITEM", setOne}, 'u': {"SETITEMS", setMark},
		// Globals and what is done with them.
		'c': {"GLOBAL", global}, 0x93: {"STACK_GLOBAL", stackGlobal},
		'R': {"REDUCE", reduce}, 0x81: {"NEWOBJ", reduce}, 0x92: {"NEWOBJ_EX", newObjectNamed},
		'i': {"INST", instance}, 'o': {"OBJ", object}, 'b': {"BUILD", build},
		'P': {"PERSID", persistentLine}, 'Q': {"BINPERSID", persistent},
	} {
		instructions[code] = i
	}
}

// highest is the latest protocol, of Python 3.8 to 3.14.
const highest = 5

func proto(m *machine) error {
	version, err := m.next()
	if err == nil && version > highest {
		return m.corrupt("got pickle protocol %d, want at most %d; save with pickle_protocol=2", version, highest)
	}
	m.protocol = int(version)
	return err
}

// frame says how many bytes belong together, which nothing depends on.
func frame(m *machine) error {
	n, err := m.unsigned(8)
	if err == nil && n > m.in.Size-m.at {
		return m.corrupt("a frame of %d bytes would follow, %d are left; the file is damaged or was cut short, fetch it again", n, m.in.Size-m.at)
	}
	return err
}

func nothing(*machine) error { return nil }

func mark(m *machine) error {
	if len(m.marks) == deepest {
		return m.tooDeep("marks")
	}
	m.marks = append(m.marks, len(m.stack))
	return nil
}

// discard pops a value, or a mark if that is on top.
func discard(m *machine) error {
	if len(m.marks) > 0 && len(m.stack) == m.floor() {
		m.marks = m.marks[:len(m.marks)-1]
		return nil
	}
	_, err := m.pop()
	return err
}

func discardMark(m *machine) error {
	_, err := m.popMark()
	return err
}

func duplicate(m *machine) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	return m.push(v)
}

func putNumber(n int) func(*machine) error {
	return func(m *machine) error {
		number, err := m.unsigned(n)
		if err != nil {
			return err
		}
		return m.put(number)
	}
}

func getNumber(n int) func(*machine) error {
	return func(m *machine) error {
		number, err := m.unsigned(n)
		if err != nil {
			return err
		}
		return m.get(number)
	}
}

func putLine(m *machine) error {
	number, err := m.memoNumber()
	if err != nil {
		return err
	}
	return m.put(number)
}

func getLine(m *machine) error {
	number, err := m.memoNumber()
	if err != nil {
		return err
	}
	return m.get(number)
}

// memoNumber reads a number of the memo as protocol 0 has it.
func (m *machine) memoNumber() (int64, error) {
	line, err := m.line()
	if err != nil {
		return 0, err
	}
	number, err := strconv.ParseUint(line, 10, 32)
	if err != nil {
		return 0, m.corrupt("got %s, want a number of the memo; the file is damaged, fetch it again", Describe(line))
	}
	return int64(number), nil
}

func memoize(m *machine) error { return m.put(int64(len(m.memo))) }

func tuple(n int) func(*machine) error {
	return func(m *machine) error {
		values, err := m.popN(n)
		if err != nil {
			return err
		}
		return m.pushTuple(values)
	}
}

func tupleMark(m *machine) error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	return m.pushTuple(values)
}

func (m *machine) pushTuple(values []Value) error {
	items, err := m.kept(values)
	if err != nil {
		return err
	}
	return m.create(&Tuple{items}, containerBytes)
}

func emptyList(m *machine) error { return m.create(&List{}, containerBytes) }

func listMark(m *machine) error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	items, err := m.kept(values)
	if err != nil {
		return err
	}
	return m.create(&List{items}, containerBytes)
}

func appendOne(m *machine) error {
	values, err := m.popN(1)
	if err != nil {
		return err
	}
	return m.extend(values)
}

func appendMark(m *machine) error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	return m.extend(values)
}

// extend appends to the list on top of the stack.
func (m *machine) extend(values []Value) error {
	if err := m.charge(int64(len(values)) * growingBytes); err != nil {
		return err
	}
	target, err := m.top()
	if err != nil {
		return err
	}
	switch v := target.(type) {
	case *List:
		v.Items = append(v.Items, values...)
	case *Object:
		v.List = append(v.List, values...)
	default:
		return m.corrupt("items would be appended to %s, want a list; the file is damaged, fetch it again", Describe(target))
	}
	return nil
}

func emptyDict(m *machine) error { return m.create(&Dict{}, containerBytes) }

func dictMark(m *machine) error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	d := &Dict{}
	if err := m.set(d, values); err != nil {
		return err
	}
	return m.create(d, containerBytes)
}

func setOne(m *machine) error {
	values, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.setTop(values)
}

func setMark(m *machine) error {
	values, err := m.popMark()
	if err != nil {
		return err
	}
	return m.setTop(values)
}

// setTop sets keys of the dictionary on top of the stack.
func (m *machine) setTop(values []Value) error {
	target, err := m.top()
	if err != nil {
		return err
	}
	switch v := target.(type) {
	case *Dict:
		return m.set(v, values)
	case *Object:
		return m.set(&v.Items, values)
	}
	return m.corrupt("keys would be set in %s, want a dictionary; the file is damaged, fetch it again", Describe(target))
}

// set takes keys and values in turn.
func (m *machine) set(d *Dict, values []Value) error {
	if len(values)%2 != 0 {
		return m.corrupt("got %d keys and values, want pairs; the file is damaged, fetch it again", len(values))
	}
	if err := m.charge(int64(len(values)/2) * entryBytes); err != nil {
		return err
	}
	for i := 0; i < len(values); i += 2 {
		d.entries = append(d.entries, Entry{values[i], values[i+1]})
	}
	return nil
}
