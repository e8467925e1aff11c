//go:build !unix

package main

import "errors"

func processor() (float64, error) {
	return 0, errors.New("pictures: processor time is measured on Unix only")
}
