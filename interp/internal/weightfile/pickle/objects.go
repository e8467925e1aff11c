package pickle

// The instructions that name something to import, and those that would call it.

func global(m *machine) error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.create(Global{module, name}, int64(len(module)+len(name))+containerBytes)
}

func stackGlobal(m *machine) error {
	values, err := m.popN(2)
	if err != nil {
		return err
	}
	module, ok := values[0].(string)
	name, ok2 := values[1].(string)
	if !ok || !ok2 {
		return m.corrupt("a global is named by %s and %s, want two texts; the file is damaged, fetch it again", Describe(values[0]), Describe(values[1]))
	}
	if len(module)+len(name) > longestLine {
		return m.corrupt("a global has a name of %d bytes, want at most %d; the file is damaged, fetch it again", len(module)+len(name), longestLine)
	}
	return m.create(Global{module, name}, containerBytes)
}

// reduce calls what is below the arguments. Whether a class is called or an object of it is
// made without a call (NEWOBJ) is the same where neither happens.
func reduce(m *machine) error {
	values, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.callTuple(values[0], values[1], nil)
}

// newObjectNamed has named arguments as well, which are kept as the last one.
func newObjectNamed(m *machine) error {
	values, err := m.popN(3)
	if err != nil {
		return err
	}
	var named []Value
	if d, ok := values[2].(*Dict); !ok || len(d.entries) > 0 {
		named = []Value{values[2]}
	}
	return m.callTuple(values[0], values[1], named)
}

func (m *machine) callTuple(function, args Value, more []Value) error {
	tuple, ok := args.(*Tuple)
	if !ok {
		return m.corrupt("%s would be called with %s, want a tuple; the file is damaged, fetch it again", Describe(function), Describe(args))
	}
	if more == nil {
		return m.call(function, tuple.Items)
	}
	all, err := m.kept(tuple.Items)
	if err != nil {
		return err
	}
	return m.call(function, append(all, more...))
}

// instance and object are what protocols 0 and 1 make objects of old classes with.
func instance(m *machine) error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	args, err := m.popMark()
	if err == nil {
		args, err = m.kept(args)
	}
	if err != nil {
		return err
	}
	return m.call(Global{module, name}, args)
}

func object(m *machine) error {
	values, err := m.popMark()
	if err == nil && len(values) == 0 {
		err = errEmpty
	}
	if err == nil {
		values, err = m.kept(values)
	}
	if err != nil {
		return err
	}
	return m.call(values[0], values[1:])
}

// call pushes what a call returns. Args stay as they are.
func (m *machine) call(function Value, args []Value) error {
	class, ok := function.(Global)
	if !ok {
		return m.create(&Object{Class: Global{"", "?"}, Args: args}, 3*containerBytes)
	}
	if do, ok := standard[class]; ok {
		v, ok, err := do(m, args)
		if err != nil {
			return err
		}
		if ok {
			return m.create(v, containerBytes)
		}
	}
	v, ok, err := m.builder.Call(class, args)
	if err != nil {
		return err
	}
	if ok {
		return m.create(v, builtBytes)
	}
	return m.create(&Object{Class: class, Args: args}, 3*containerBytes)
}

// build gives a state to the value below it. The attributes of a container are passed over,
// as those of a state dict, which holds versions of its modules there.
func build(m *machine) error {
	values, err := m.popN(1)
	if err != nil {
		return err
	}
	state := values[0]
	target, err := m.top()
	if err != nil {
		return err
	}
	switch v := target.(type) {
	case *Object:
		v.State = state
	case *Dict, *List, *Tuple:
	case nil, bool, int64, Big, float64, string, *Bytes, Global:
		return m.corrupt("%s would be given a state, want an object; the file is damaged, fetch it again", Describe(target))
	default:
		return m.builder.Build(v, state)
	}
	return nil
}

func persistentLine(m *machine) error {
	id, err := m.line()
	if err != nil {
		return err
	}
	return m.pushPersistent(id)
}

func persistent(m *machine) error {
	id, err := m.pop()
	if err != nil {
		return err
	}
	return m.pushPersistent(id)
}

func (m *machine) pushPersistent(id Value) error {
	v, err := m.builder.Persistent(id)
	if err != nil {
		return err
	}
	return m.create(v, 2*containerBytes)
}
