// Package mapped is for files mapped into memory. If such a file is cut short, the system
// ends a program that reads beyond the new end; this package turns that into an error.
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

// A View is the memory of a mapped file.
type View struct {
	raw     []byte
	file    descriptor
	problem func(error) error
}

var (
	mutex sync.Mutex
	views []*View // all open ones
)

// Watch notes that raw is a mapping of f, which stays open as long. Its errors go through
// problem, which adds the name of the file.
func Watch(f *os.File, raw []byte, problem func(error) error) *View {
	v := &View{raw, describe(f), problem}
	mutex.Lock()
	defer mutex.Unlock()
	views = append(views, v)
	return v
}

// Close ends the watch. Call it before unmapping.
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

// Intact returns an error if the file is now shorter than the view. Call it after the last
// read: the rest of the page in which a file ends reads as zeros, without a fault. A nil
// view is intact.
func (v *View) Intact() error {
	if v != nil && v.file.size() < int64(len(v.raw)) {
		return v.problem(ErrShorter)
	}
	return nil
}

// Of returns the view that contains the data, nil if they are not from a file.
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

// Guard calls do and returns its error, or that of a file whose view do could not read.
// Goroutines started by do must call debug.SetPanicOnFault themselves and pass on what they
// panic with, as the workers of package task do. It allocates nothing.
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

// explain returns the error if a panic comes from reading a view, else nil.
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
