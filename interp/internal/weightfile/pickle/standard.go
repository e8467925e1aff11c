package pickle

// standard is what calls of Python's own containers return. A call with arguments that they
// would not take gives an Object, as that of an unknown class.
var standard map[Global]func(m *machine, args []Value) (Value, bool, error)

func init() {
	standard = map[Global]func(*machine, []Value) (Value, bool, error){
		{"collections", "OrderedDict"}: dictOf(0), {"collections", "Counter"}: dictOf(0),
		{"collections", "defaultdict"}: dictOf(1), // the factory comes first
		{"_codecs", "encode"}:          encode,
		{"copy_reg", "_reconstructor"}: reconstruct, {"copyreg", "_reconstructor"}: reconstruct,
		{"copyreg", "__newobj__"}: newObject, {"copy_reg", "__newobj__"}: newObject,
	}
	for _, builtins := range []string{"builtins", "__builtin__"} {
		standard[Global{builtins, "dict"}] = dictOf(0)
		for _, name := range []string{"list", "set", "frozenset"} {
			standard[Global{builtins, name}] = listOf
		}
		standard[Global{builtins, "tuple"}] = tupleOf
		standard[Global{builtins, "bytearray"}] = bytesOf
		standard[Global{builtins, "bytes"}] = bytesOf
	}
}

// items are those of a list or tuple.
func items(v Value) ([]Value, bool) {
	switch v := v.(type) {
	case *List:
		return v.Items, true
	case *Tuple:
		return v.Items, true
	}
	return nil, false
}

// dictOf makes a dictionary from pairs or from another one, after skipping arguments.
func dictOf(skip int) func(*machine, []Value) (Value, bool, error) {
	return func(m *machine, args []Value) (Value, bool, error) {
		d := &Dict{}
		if len(args) <= skip {
			return d, true, nil
		}
		if len(args) > skip+1 {
			return nil, false, nil
		}
		if other, ok := args[skip].(*Dict); ok {
			if err := m.charge(int64(len(other.entries)) * entryBytes); err != nil {
				return nil, false, err
			}
			d.entries = append(d.entries, other.entries...)
			return d, true, nil
		}
		pairs, ok := items(args[skip])
		if err := m.charge(int64(len(pairs)) * entryBytes); err != nil || !ok {
			return nil, false, err
		}
		for _, p := range pairs {
			pair, ok := items(p)
			if !ok || len(pair) != 2 {
				return nil, false, nil
			}
			d.entries = append(d.entries, Entry{pair[0], pair[1]})
		}
		return d, true, nil
	}
}

func listOf(m *machine, args []Value) (Value, bool, error) {
	values, ok, err := copied(m, args)
	return &List{values}, ok, err
}

func tupleOf(m *machine, args []Value) (Value, bool, error) {
	values, ok, err := copied(m, args)
	return &Tuple{values}, ok, err
}

// copied is what list(args...) holds.
func copied(m *machine, args []Value) ([]Value, bool, error) {
	switch len(args) {
	case 0:
		return nil, true, nil
	case 1:
		values, ok := items(args[0])
		if !ok {
			return nil, false, nil
		}
		kept, err := m.kept(values)
		return kept, true, err
	}
	return nil, false, nil
}

// bytesOf makes bytes from bytes, or from a text and "latin-1" as protocol 2 has them.
func bytesOf(m *machine, args []Value) (Value, bool, error) {
	switch len(args) {
	case 0:
		return &Bytes{in: m.in}, true, nil
	case 1:
		b, ok := args[0].(*Bytes)
		return b, ok, nil
	}
	return encode(m, args)
}

// encode is how protocol 2 has byte strings: as a text of which each character is a byte.
func encode(m *machine, args []Value) (Value, bool, error) {
	if len(args) != 2 || args[1] != "latin1" && args[1] != "latin-1" {
		return nil, false, nil
	}
	text, ok := args[0].(string)
	if !ok {
		return nil, false, nil
	}
	if err := m.charge(int64(len(text)) + containerBytes); err != nil {
		return nil, false, err
	}
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, false, m.corrupt("a text that stands for bytes holds the character %q; the file is damaged, fetch it again", r)
		}
		raw = append(raw, byte(r))
	}
	return &Bytes{short: string(raw), in: m.in}, true, nil
}

// reconstruct makes an object in protocols below 2: of a class, its base, and a state of the
// base.
func reconstruct(m *machine, args []Value) (Value, bool, error) {
	if len(args) == 0 {
		return nil, false, nil
	}
	class, ok := args[0].(Global)
	return &Object{Class: class, Args: args[1:]}, ok, nil
}

// newObject makes an object of the class that is its first argument.
func newObject(m *machine, args []Value) (Value, bool, error) { return reconstruct(m, args) }
