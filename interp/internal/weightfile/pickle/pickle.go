// Package pickle reads Python pickles without Python: it builds their containers, numbers
// and texts, and nothing else.
//
// A pickle is a program for a machine with a stack, a memo and some seventy instructions of
// one byte each (CPython, Lib/pickletools.py), which ends with STOP:
//
//	80 02                    PROTO 2
//	7d                       EMPTY_DICT            {}
//	71 00                    BINPUT 0              memo[0] = top
//	28                       MARK                  {} (
//	58 01 00 00 00 'a'       BINUNICODE            {} ( "a"
//	4b 07                    BININT1               {} ( "a" 7
//	75                       SETITEMS              {"a": 7}
//	2e                       STOP
//
// What a pickle would import is a Global, a name and no more, and what it would call is
// either in a table (standard.go), known to the caller's Builder, or becomes an Object: the
// name of the class with the arguments and the state that it would have been given. So the
// contents of an object can be looked at, whatever its class would do.
//
// Memory is limited by counting what values take (Limits.MaxHeader), and every instruction
// takes time in proportion to its own bytes and to the values that it takes off the stack.
// Values may hold themselves: whoever follows them must count.
package pickle

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
)

// A Value is nil for None, or a bool, int64, Big, float64, string, *Bytes, Global, *List,
// *Tuple, *Dict, *Object, or what a Builder returned.
type Value any

// A Big is an integer of more than 64 bits: little endian, in two's complement.
type Big string

// A Global is the name of something that a pickle would import.
type Global struct{ Module, Name string }

func (g Global) String() string { return g.Module + "." + g.Name }

// A List is a list or a set.
type List struct{ Items []Value }

// A Tuple is a tuple.
type Tuple struct{ Items []Value }

// An Object is what the call of an unknown function or class would return.
type Object struct {
	Class Global
	Args  []Value
	State Value   // that of its last BUILD
	Items Dict    // if it was used as a dictionary
	List  []Value // if it was used as a list
}

// A Bytes is a byte string. A long one stays in the file until it is read.
type Bytes struct {
	short string
	in    weightfile.Input
	at, n int64
}

// BytesOf is a text of Python 2 as the bytes that it is.
func BytesOf(in weightfile.Input, text string) *Bytes { return &Bytes{short: text, in: in} }

// Len is the number of bytes.
func (b *Bytes) Len() int64 { return int64(len(b.short)) + b.n }

// Read returns n bytes from an offset.
func (b *Bytes) Read(offset, n int64, what string) ([]byte, error) {
	if offset < 0 || n < 0 || offset > b.Len() || n > b.Len()-offset {
		return nil, b.in.Corrupt("", "%s would be %d bytes at %d of %d; the file is damaged, fetch it again", what, n, offset, b.Len())
	}
	if b.n == 0 {
		return []byte(b.short[offset : offset+n]), nil
	}
	return b.in.At(b.at+offset, n, what)
}

// Input is the byte string as a file of its own.
func (b *Bytes) Input() weightfile.Input {
	in := b.in
	in.Size, in.Sibling = b.Len(), nil
	if b.n == 0 {
		in.ReaderAt = strings.NewReader(b.short)
	} else {
		in.ReaderAt = io.NewSectionReader(b.in, b.at, b.n)
	}
	return in
}

// A Dict is a dictionary. The zero value is an empty one.
type Dict struct {
	entries []Entry
	index   map[Value]int // of the keys among entries[:indexed]
	indexed int
}

// An Entry is a key of a dictionary with its value.
type Entry struct{ Key, Value Value }

// Entries lists the entries in order. Of entries with the same key the last one counts.
func (d *Dict) Entries() []Entry {
	if d.indexed == len(d.entries) {
		return d.entries
	}
	if d.index == nil {
		d.index = map[Value]int{}
	}
	kept := d.entries[:d.indexed]
	for _, e := range d.entries[d.indexed:] {
		if text, ok := e.Key.(string); ok && len(text) > longestLine { // it would take long to compare
			kept = append(kept, e)
			continue
		}
		if i, twice := d.index[e.Key]; twice {
			kept[i].Value = e.Value
			continue
		}
		d.index[e.Key] = len(kept)
		kept = append(kept, e)
	}
	d.entries, d.indexed = kept, len(kept)
	return kept
}

// Set adds an entry.
func (d *Dict) Set(key, value Value) { d.entries = append(d.entries, Entry{key, value}) }

// Get returns the value of a key.
func (d *Dict) Get(key string) (Value, bool) {
	entries := d.Entries()
	i, ok := d.index[key]
	if !ok {
		return nil, false
	}
	return entries[i].Value, true
}

// A Builder gives a meaning to what this package does not know.
type Builder interface {
	// Call is what the call of a function or class would return, and false if that is
	// unknown. It takes time in proportion to the number of arguments only.
	Call(function Global, args []Value) (Value, bool, error)
	// Persistent returns the value of an identity that only the format understands.
	Persistent(id Value) (Value, error)
	// Build sets the state of a value that Call or Persistent returned.
	Build(v, state Value) error
}

// A Result is what Load read.
type Result struct {
	Value    Value
	Protocol int
	End      int64 // the offset behind STOP
}

// Load reads the pickle that begins at an offset. Name says which it is in errors.
func Load(in weightfile.Input, at int64, name string, b Builder) (Result, error) {
	m := &machine{source: source{in: in, name: name, at: at}, builder: b, left: in.Limits.MaxHeader()}
	v, err := m.run()
	return Result{v, m.protocol, m.at}, err
}

// Describe names a value in a message.
func Describe(v Value) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case int64:
		return strconv.FormatInt(v, 10)
	case Big:
		return "a large integer"
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return strconv.Quote(weightfile.Shown(v))
	case *Bytes:
		return strconv.FormatInt(v.Len(), 10) + " bytes"
	case Global:
		return weightfile.Shown(v.String())
	case *List:
		return "a list"
	case *Tuple:
		return "a tuple of " + strconv.Itoa(len(v.Items))
	case *Dict:
		return "a dictionary"
	case *Object:
		return "an object of class " + weightfile.Shown(v.Class.String())
	}
	if named, ok := v.(fmt.Stringer); ok {
		return named.String()
	}
	return "a value of another kind"
}
