package weights

import "cnnlang/interp/internal/weightfile/darknet"

// A Layer and a Part of one say in which order a file without names has the numbers of a net.
type (
	Layer = darknet.Layer
	Part  = darknet.Part
)

// Numbers is how many numbers a store has if they have no names, and false if they have.
func Numbers(store Store) (int64, bool) {
	if s, ok := store.(*other); ok {
		if f, ok := s.contents.(*darknet.File); ok {
			return f.Numbers(), true
		}
	}
	return 0, false
}

// Arrange is a store without names by the layers of a net, of which it must have the numbers.
// It shares the file, which is closed with the store.
func Arrange(store Store, layers []Layer) (Store, error) {
	s := *store.(*other)
	var err error
	if s.contents, err = s.contents.(*darknet.File).Arrange(layers); err != nil {
		return nil, err
	}
	s.number()
	return &s, nil
}

// CountOf is how many numbers the layers have.
func CountOf(layers []Layer) int64 { return darknet.Count(layers) }
