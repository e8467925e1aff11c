package pickle

import (
	"fmt"

	"cnnlang/interp/internal/weightfile"
)

// A machine carries out the instructions of one pickle.
type machine struct {
	source
	builder  Builder
	protocol int
	stack    []Value
	marks    []int // heights of the stack, not decreasing
	memo     []Value
	sparse   map[int64]Value // of the memo's numbers that leave a large gap
	left     int64           // bytes that values may still take
}

// What values take in memory, rounded up: a value with its place on the stack, a place in a
// container, in one that grows as well, and a container itself.
const (
	valueBytes     = 32
	placeBytes     = 16
	growingBytes   = 32
	entryBytes     = 96 // with its place in the index
	containerBytes = 64
	builtBytes     = 384 // what a Builder returns: a tensor with its shape
)

// deepest is the greatest height of the stack. A list of a hundred thousand items needs
// a thousand: pickles hand items over in portions.
const deepest = 1 << 20

const saveAlone = "save the state dict alone: torch.save(model.state_dict(), FILE)"

// charge counts bytes that a value will take.
func (m *machine) charge(n int64) error {
	if m.left -= n; m.left < 0 {
		limit := m.in.Limits.MaxHeader()
		return &weightfile.LimitError{Path: m.in.Path, Limit: "bytes of memory for " + m.name, Got: limit - m.left, Max: limit, Help: saveAlone}
	}
	return nil
}

// run carries out all instructions and returns the value that is left.
func (m *machine) run() (Value, error) {
	for {
		m.start = m.at
		code, err := m.next()
		if err != nil {
			return nil, err
		}
		if code == stop {
			break
		}
		op := instructions[code]
		if op.do == nil {
			return nil, m.corrupt("got 0x%02x, want an instruction of a pickle; the file is damaged, fetch it again", code)
		}
		if err := op.do(m); err != nil {
			if err == errEmpty {
				err = m.corrupt("%s finds too few values on the stack; the file is damaged, fetch it again", op.name)
			}
			return nil, err
		}
	}
	return m.popAs("STOP")
}

// errEmpty says that an instruction needs more values than there are above the last mark.
var errEmpty = fmt.Errorf("pickle: too few values")

// popAs pops for what is not in the table.
func (m *machine) popAs(name string) (Value, error) {
	v, err := m.pop()
	if err != nil {
		return nil, m.corrupt("%s finds no value on the stack; the file is damaged, fetch it again", name)
	}
	return v, nil
}

func (m *machine) push(v Value) error {
	if len(m.stack) == deepest {
		return m.tooDeep("values")
	}
	m.stack = append(m.stack, v)
	return nil
}

func (m *machine) tooDeep(what string) error {
	return &weightfile.LimitError{Path: m.in.Path, Limit: what + " on the stack of " + m.name, Got: deepest + 1, Max: deepest, Help: saveAlone}
}

// create pushes a value that takes n bytes beside its place.
func (m *machine) create(v Value, n int64) error {
	if err := m.charge(valueBytes + n); err != nil {
		return err
	}
	return m.push(v)
}

// floor is the height of the stack that belongs to the last mark.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *machine) pop() (Value, error) {
	values, err := m.popN(1)
	if err != nil {
		return nil, err
	}
	return values[0], nil
}

// popN pops n values, lowest first, which are valid until the next push.
func (m *machine) popN(n int) ([]Value, error) {
	at := len(m.stack) - n
	if at < m.floor() {
		return nil, errEmpty
	}
	values := m.stack[at:]
	m.stack = m.stack[:at]
	return values, nil
}

func (m *machine) top() (Value, error) {
	if len(m.stack) <= m.floor() {
		return nil, errEmpty
	}
	return m.stack[len(m.stack)-1], nil
}

// popMark pops the values above the last mark, and the mark.
func (m *machine) popMark() ([]Value, error) {
	if len(m.marks) == 0 {
		return nil, m.corrupt("no mark is set where one is needed; the file is damaged, fetch it again")
	}
	at := m.floor()
	m.marks = m.marks[:len(m.marks)-1]
	values := m.stack[at:]
	m.stack = m.stack[:at]
	return values, nil
}

// kept is a copy of values that were popped, for a container.
func (m *machine) kept(values []Value) ([]Value, error) {
	if err := m.charge(int64(len(values)) * placeBytes); err != nil {
		return nil, err
	}
	return append([]Value(nil), values...), nil
}

// absent is a number of the memo that has no value.
type absent struct{}

// put remembers the top of the stack. Numbers go up by one in all pickles but hostile ones.
func (m *machine) put(number int64) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	const gap = 256
	n := int64(len(m.memo))
	if err := m.charge(growingBytes * (1 + max(0, min(number-n, gap)))); err != nil {
		return err
	}
	if number > n+gap {
		if m.sparse == nil {
			m.sparse = map[int64]Value{}
		}
		m.sparse[number] = v
		return nil
	}
	for int64(len(m.memo)) <= number {
		m.memo = append(m.memo, absent{})
	}
	m.memo[number] = v
	delete(m.sparse, number)
	return nil
}

func (m *machine) get(number int64) error {
	v, ok := m.sparse[number]
	if !ok && number < int64(len(m.memo)) && number >= 0 {
		v = m.memo[number]
		ok = v != absent{}
	}
	if !ok {
		return m.corrupt("value %d of the memo was never stored; the file is damaged, fetch it again", number)
	}
	return m.push(v)
}
