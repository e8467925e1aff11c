// Command pack does for release/build what has to come out the same on every machine:
//
//	pack archive FOLDER FILE SECONDS    packs the folder, as of a time, into FILE.tar.gz or FILE.zip
//	pack licences OS/ARCH               prints the licences of all that is linked into the program for a platform
//	pack sums FOLDER                    prints the SHA-256 of every file of a folder
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if err := pack(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func pack(w io.Writer, args []string) error {
	switch what := strings.Join(args[:min(1, len(args))], ""); {
	case what == "archive" && len(args) == 4:
		seconds, err := strconv.ParseInt(args[3], 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no time: want seconds since 1970", args[3])
		}
		return archive(args[1], args[2], time.Unix(seconds, 0).UTC())
	case what == "licences" && len(args) == 2:
		return licences(w, args[1])
	case what == "sums" && len(args) == 2:
		return sums(w, args[1])
	}
	return fmt.Errorf("got %q, want archive FOLDER FILE SECONDS, licences OS/ARCH or sums FOLDER", args)
}
