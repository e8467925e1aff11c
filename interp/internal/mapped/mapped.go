// Package mapped is for files that are read as memory. Where such a file is cut short,
// memory that was there is no more, and the system ends a program that reads it; here
// that becomes an error.
package mapped

import (
	"errors"
	"os"
	"runtime/debug"
	"sync"
	"unsafe"
)

// What can happen to a file that is mapped.
var (
	ErrShorter    = errors.New("the file became shorter while it was read")
	ErrUnreadable = errors.New("the system could not read the file: the disk or the network failed")
)

// A View is memory that shows a file.
type View struct {
	raw     []byte
	file    descriptor
	problem func(error) error
}

var (
	mutex sync.Mutex
	views []*View // all of them
)

// Watch notes that raw is a mapping of f, which stays open as long. What happens to it
// goes through problem, which says to which file.
func Watch(f *os.File, raw []byte, problem func(error) error) *View {
	v := &View{raw, describe(f), problem}
	mutex.Lock()
	defer mutex.Unlock()
	views = append(views, v)
	return v
}

// Close forgets the view. It comes before the mapping goes.
func (v *View) Close() {
	mutex.Lock()
	defer mutex.Unlock()
	for i := range views {
		if views[i] == v {
			views = append(views[:i], views[i+1:]...)
			return
		}
	}
}

// Intact returns an error where the file is shorter than the view by now. It belongs
// behind the last read: of the page in which a file ends the rest reads as zeros, and
// nobody notices. A view of nil is intact.
func (v *View) Intact() error {
	if v != nil && v.file.size() < int64(len(v.raw)) {
		return v.problem(ErrShorter)
	}
	return nil
}

// Of returns the view in which the data begin, nil where they are not of a file.
func Of[T any](data []T) *View {
	return at(uintptr(unsafe.Pointer(unsafe.SliceData(data))))
}

func at(address uintptr) *View {
	mutex.Lock()
	defer mutex.Unlock()
	for _, v := range views {
		start := uintptr(unsafe.Pointer(unsafe.SliceData(v.raw)))
		if start <= address && address < start+uintptr(len(v.raw)) {
			return v
		}
	}
	return nil
}

// Guard calls do and returns its error, or that of a file whose view do could not
// read. Goroutines that do starts must call debug.SetPanicOnFault themselves, and
// hand over what they panic with, as the workers of package ops do. It allocates
// nothing.
func Guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if value := recover(); value != nil {
			if err = explain(value); err == nil {
				panic(value)
			}
		}
	}()
	return do()
}

// explain is the error of a panic that comes from reading a view, else nil.
func explain(value any) error {
	var fault interface{ Addr() uintptr }
	err, _ := value.(error)
	if !errors.As(err, &fault) {
		return nil
	}
	v := at(fault.Addr())
	if v == nil {
		return nil
	}
	if err := v.Intact(); err != nil {
		return err
	}
	return v.problem(ErrUnreadable)
}
