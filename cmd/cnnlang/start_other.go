//go:build !unix

package main

import "os"

// filesLeft is enough if no limit is known.
func filesLeft() int { return leastFiles }

// notifyEnd knows of no other signals than an interrupt.
func notifyEnd(chan<- os.Signal) {}
