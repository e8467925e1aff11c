package main

import (
	"path/filepath"

	"cnnlang/interp"
	"cnnlang/lang/diag"
)

// ready finds what is wrong with the sources as a whole, before anything is computed. What
// comes from standard input is seen when it comes.
func (s *sources) ready(args []string) error {
	for _, argument := range args {
		if !isPattern(argument) {
			continue
		}
		if folder, deep := deepFolder(argument); deep {
			return usage("%s: ** is not known in patterns", argument).
				withHelp("for images of all folders below, name the folder and add --recursive: `%s --recursive`", shellQuoted(folder))
		}
		if _, err := matches(argument); err != nil && len(args) == 1 && !s.list.given {
			return err
		}
	}
	if s.list.given && s.list.value != "-" {
		for first := range interp.Listed(s.list.value) {
			if first.Open != nil { // there is none
				_, err := first.Open()
				return err
			}
			break
		}
	}
	if !s.resumeAfter.given || len(args) == 0 && !s.list.given { // images of inputs by name are found with the net
		return nil
	}
	at := s.mark()
	for source := range s.all(args, nil) {
		at.see(source.Name)
	}
	if len(at.places) == 0 && s.list.value == "-" {
		return nil
	}
	return at.err()
}

// A mark is the image after which a run goes on.
type mark struct {
	name   string   // clean
	seen   int      // images so far
	places []int    // where it is among them, from 1
	names  []string // some of theirs, for what is like it
	same   string   // the first with the same name in another folder
}

func (s *sources) mark() *mark { return &mark{name: filepath.Clean(s.resumeAfter.value)} }

// see looks at the next image.
func (m *mark) see(name string) {
	const mostNames = 4096
	m.seen++
	switch name = filepath.Clean(name); {
	case name == m.name:
		m.places = append(m.places, m.seen)
	case m.same == "" && filepath.Base(name) == filepath.Base(m.name):
		m.same = name
	case len(m.names) < mostNames:
		m.names = append(m.names, name)
	}
}

// err is why it is not known where to go on, nil if it is.
func (m *mark) err() error {
	switch len(m.places) {
	case 0:
		err := usage("--resume-after: there is no image called %q among these", m.name)
		if m.same == "" {
			m.same = diag.Nearest(m.name, m.names)
		}
		if m.same != "" {
			return err.withHelp("did you mean `--resume-after %s`?", shellQuoted(m.same))
		}
		return err
	case 1:
		return nil
	}
	return usage("--resume-after: %q is image %d of these and image %d too, so it is not known where to go on", m.name, m.places[0], m.places[1]).
		withHelp("name the images that are left in a file, and give it with --list")
}
