//go:build !unix

package kernel

import "testing"

// guardedPages returns size bytes. Here nothing guards them; the tests on other systems do.
func guardedPages(_ testing.TB, page, size int) []byte { return make([]byte, size+2*page) }
