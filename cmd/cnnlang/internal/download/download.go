// Package download fetches published files of weights, and keeps them in the user's cache
// folder. It is the only part of the program that opens a connection, and `cnnlang get` is
// the only verb that asks it to.
//
// A file comes into FILE.part, beside which FILE.part.json says what is coming. If the
// connection is cut, the program killed or the machine stopped, both stay, and the next Get
// asks for the rest, on condition that the file has not changed on the server. When all has
// come its hash is compared, and FILE.part becomes FILE. In the cache FILE.source.json then
// says where it came from: a file there without it, or with another address, is not used.
//
// The server is not trusted: its answers are bounded in size, and in time by the user's
// patience alone; redirects are few and do not leave https; nothing but the file is stored.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"
)

// A File is a published file of weights.
type File struct {
	URL    string // its address, http or https
	SHA256 string // how the hash of its contents begins, "" if that is not known
}

// A Saved is a file that is there.
type Saved struct {
	Path    string
	Bytes   int64
	SHA256  string
	Present bool // whether it was there before
}

// Options say how to fetch.
type Options struct {
	// MaxSize is the most bytes that a file may have; 0 is no limit.
	MaxSize int64
	// Progress, if not nil, is called often with the bytes that are there, or hashed, and
	// their number in the end, -1 if it is not known.
	Progress func(doing Doing, have, total int64)
	// Publish, if not nil, is called to move the file to its place; it calls do, and may
	// hold off an interrupt meanwhile.
	Publish func(do func() error) error

	patience time.Duration // how long nothing may come
	pause    time.Duration // before the rest is asked for
	client   client
}

// Doing is what Get is doing.
type Doing int

// Fetching and hashing.
const (
	Fetching Doing = iota
	Hashing
)

const (
	patience = 30 * time.Second
	pause    = time.Second
)

// Get makes sure that a file is in a place: it does nothing if it is there already. Its error is
// an *Error, or that of ctx.
func Get(ctx context.Context, f File, to Place, opts Options) (Saved, error) {
	if err := CheckURL(f.URL); err != nil {
		return Saved{}, err
	}
	if opts.patience == 0 {
		opts.patience, opts.pause, opts.client = patience, pause, newClient()
	}
	if opts.Progress == nil {
		opts.Progress = func(Doing, int64, int64) {}
	}
	if opts.Publish == nil {
		opts.Publish = func(do func() error) error { return do() }
	}
	root, err := to.open()
	if err != nil {
		return Saved{}, err
	}
	defer root.Close()
	j := &job{File: f, Options: opts, to: to, root: root}
	if saved, there, err := j.present(ctx); there || err != nil {
		return saved, err
	}
	if err := j.openPart(); err != nil {
		return Saved{}, err
	}
	defer j.part.Close()
	if err := j.fetch(ctx); err != nil {
		if j.have == 0 {
			j.discard()
		}
		return Saved{}, err
	}
	return j.finish(ctx)
}

// CheckURL wants an http or https address of a host, without a name and password.
func CheckURL(address string) error {
	const help = "correct `url` of `checkpoint` in the net's meta"
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return &Error{Kind: Refused, Problem: fmt.Sprintf("%q is not the address of a file", address), Help: help}
	case u.Scheme != "http" && u.Scheme != "https":
		return &Error{Kind: Refused, Problem: fmt.Sprintf("the address %s is not one of http or https", address), Help: help}
	case u.Hostname() == "":
		return &Error{Kind: Refused, Problem: fmt.Sprintf("the address %s names no host", address), Help: help}
	case u.User != nil:
		return &Error{Kind: Refused, Problem: "the address on " + u.Host + " holds a user's name or password, which would be sent and stored", Help: help + ", or fetch the file yourself"}
	}
	return nil
}

// A job is one call of Get.
type job struct {
	File
	Options
	to   Place
	root *os.Root // its folder
	part *os.File // what has come
	have int64    // how many bytes of it are good
	came origin   // what is coming
}

// present finds the file in its place, with the right contents: those of the hash that its publisher
// states or, if none is stated, those that came from the same address before.
func (j *job) present(ctx context.Context) (s Saved, there bool, err error) {
	f, info, err := openRegular(j.root, j.to.name, os.O_RDONLY)
	if errors.Is(err, os.ErrNotExist) {
		return s, false, nil
	}
	if err != nil {
		return s, false, j.to.refused(err)
	}
	defer f.Close()
	source, known := readOrigin(j.root, j.to.name+sourceMark)
	known = known && j.to.kept && source.URL == j.URL && source.Bytes == info.Size()
	if j.SHA256 == "" && !known {
		return s, false, nil
	}
	sum, err := j.hash(ctx, f, info.Size())
	if err != nil {
		return s, false, err
	}
	if !strings.HasPrefix(sum, j.SHA256) || j.SHA256 == "" && sum != source.SHA256 {
		return s, false, nil
	}
	if j.to.kept && !known { // put there by hand
		if err := writeOrigin(j.root, j.to.name+sourceMark, origin{URL: j.URL, Bytes: info.Size(), SHA256: sum}); err != nil {
			return s, false, j.to.refused(err)
		}
	}
	return Saved{j.to.Path(), info.Size(), sum, true}, true, nil
}

// hash computes the hash of a file.
func (j *job) hash(ctx context.Context, f *os.File, total int64) (string, error) {
	h, buf := sha256.New(), make([]byte, 1<<18)
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		n, err := f.ReadAt(buf, at)
		h.Write(buf[:n])
		at += int64(n)
		j.Progress(Hashing, at, total)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", j.to.refused(err)
		}
	}
}

// finish checks what came, and moves it to its place.
func (j *job) finish(ctx context.Context) (Saved, error) {
	if err := j.part.Sync(); err != nil {
		return Saved{}, j.to.refused(err)
	}
	if err := j.holdsData(); err != nil {
		return Saved{}, err
	}
	sum, err := j.hash(ctx, j.part, j.have)
	if err != nil {
		return Saved{}, err
	}
	if !strings.HasPrefix(sum, j.SHA256) {
		j.discard()
		return Saved{}, failed(
			fmt.Sprintf("what came from %s is another file: its sha256 begins with %s, want %s; it was deleted", j.URL, sum[:max(8, len(j.SHA256))], j.SHA256),
			"it was changed there or on the way: try again, on another network; a file that you trust is named by `--weights FILE`")
	}
	if old, err := j.root.Stat(j.to.name); err == nil && !j.to.kept {
		j.part.Chmod(old.Mode().Perm()) // where the system has them
	}
	err = j.Publish(func() error {
		j.root.Remove(j.to.name + sourceMark) // of the file that is replaced
		j.part.Close()                        // not every system renames open files
		if err := j.root.Rename(j.to.name+partMark, j.to.name); err != nil {
			return err
		}
		j.root.Remove(j.to.name + stateMark)
		if j.to.kept {
			return writeOrigin(j.root, j.to.name+sourceMark, origin{URL: j.URL, Bytes: j.have, SHA256: sum})
		}
		return nil
	})
	if err != nil {
		return Saved{}, j.to.refused(err)
	}
	return Saved{j.to.Path(), j.have, sum, false}, nil
}

// holdsData refuses a file of nothing, and a web page, which servers and networks with a login
// send in place of files.
func (j *job) holdsData() error {
	if j.have == 0 {
		j.discard()
		return failed("nothing came from "+j.URL+": the file there is empty", "look for it at its publisher's, and name what you get by `--weights FILE`")
	}
	head := make([]byte, 512)
	n, err := j.part.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return j.to.refused(err)
	}
	text := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head[:n]), "\ufeff")))
	for _, begins := range []string{"<!doctype html", "<html", "<head"} {
		if strings.HasPrefix(text, begins) {
			j.discard()
			return aPage(j.URL)
		}
	}
	return nil
}
