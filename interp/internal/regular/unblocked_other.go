//go:build !unix

package regular

// unblocked is 0: a file here is never a named pipe.
const unblocked = 0
