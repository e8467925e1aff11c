package picture

import (
	"context"
	"sync"

	"cnnlang/interp/picture/exif"
)

// A Sideways counts pictures that are taken as they are stored although their EXIF data say
// that they are to be turned. It may be used by several goroutines.
type Sideways struct {
	mutex sync.Mutex
	first string
	seen  map[string]bool
	more  int // beyond those that are remembered
}

// mostNames is how many names are remembered, so that none counts twice.
const mostNames = 1 << 16

func (s *Sideways) add(name string) {
	if s == nil {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	switch {
	case s.seen[name]:
	case s.seen == nil:
		s.first, s.seen = name, map[string]bool{name: true}
	case len(s.seen) < mostNames:
		s.seen[name] = true
	default:
		s.more++
	}
}

// Count is how many pictures there are, and the name of one.
func (s *Sideways) Count() (n int, first string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.seen) + s.more, s.first
}

// turns reports whether the pixels have to be turned.
func (s *source) turns() bool { return s.upright && s.Orientation > 1 }

// shown is the size of the picture as the network sees it.
func (s *source) shown() (width, height int) {
	w, h := s.Width, s.Height
	if s.turns() {
		w, h = exif.Upright(s.Orientation, w, h)
	}
	return int(w), int(h)
}

// turned returns the picture upright.
func (p pixels) turned(ctx context.Context, orientation int) pixels {
	w, h := exif.Upright(orientation, int64(p.width), int64(p.height))
	out := newPixels(int(w), int(h))
	exif.Turn(ctx, orientation, p.width, p.height, out.rgb, p.rgb)
	return out
}
