//go:build !unix

package kernel

import "testing"

func guarded(_ *testing.T, n int) [2][]byte { return [2][]byte{make([]byte, n), make([]byte, n)} }
