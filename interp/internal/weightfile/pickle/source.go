package pickle

import (
	"bytes"

	"cnnlang/interp/internal/weightfile"
)

// A source reads the bytes of a pickle in order, a chunk of the file at a time.
type source struct {
	in    weightfile.Input
	name  string
	at    int64  // of the next byte
	start int64  // of the instruction that is carried out
	ahead []byte // the bytes from at on that have been read
}

const chunk = 1 << 14

// corrupt is an error at the current instruction.
func (s *source) corrupt(format string, args ...any) error {
	err := s.in.Corrupt("", format, args...)
	return s.in.Corrupt("", "byte %d of %s: %s", s.start, s.name, err.Problem)
}

// take returns the next n bytes, which are valid until the next call.
func (s *source) take(n int64) ([]byte, error) {
	if n < 0 || n > s.in.Size-s.at {
		return nil, s.corrupt("%d bytes would follow, %d are left; the file is damaged or was cut short, fetch it again", n, s.in.Size-s.at)
	}
	if n > int64(len(s.ahead)) {
		var err error
		if s.ahead, err = s.in.At(s.at, min(max(n, chunk), s.in.Size-s.at), s.name); err != nil {
			return nil, err
		}
	}
	raw := s.ahead[:n]
	s.ahead, s.at = s.ahead[n:], s.at+n
	return raw, nil
}

// skip passes over n bytes.
func (s *source) skip(n int64) {
	s.ahead = s.ahead[min(n, int64(len(s.ahead))):]
	s.at += n
}

// next returns one byte.
func (s *source) next() (byte, error) {
	if s.at == s.in.Size {
		return 0, s.corrupt("the pickle ends without STOP; the file was cut short, fetch it again")
	}
	raw, err := s.take(1)
	if err != nil {
		return 0, err
	}
	return raw[0], nil
}

// unsigned returns a little-endian number of n bytes; one of 8 that is too large for an int64
// is returned as the largest, which no length can be.
func (s *source) unsigned(n int) (int64, error) {
	raw, err := s.take(int64(n))
	v := uint64(0)
	for i, b := range raw {
		v |= uint64(b) << (8 * i)
	}
	return int64(min(v, 1<<63-1)), err
}

// longestLine is the length of the longest text line of protocol 0: a name or a number.
const longestLine = 1 << 12

// line returns the bytes up to a newline, without it.
func (s *source) line() (string, error) {
	n := min(longestLine, s.in.Size-s.at)
	if int64(len(s.ahead)) < n {
		var err error
		if s.ahead, err = s.in.At(s.at, min(chunk, s.in.Size-s.at), s.name); err != nil {
			return "", err
		}
	}
	end := bytes.IndexByte(s.ahead[:n], '\n')
	if end < 0 {
		return "", s.corrupt("no line ends within %d bytes; the file is damaged, fetch it again", n)
	}
	text := string(s.ahead[:end])
	s.skip(int64(end) + 1)
	return text, nil
}
