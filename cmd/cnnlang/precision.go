package main

import (
	"fmt"
	"strings"

	"cnnlang/ops"
)

// A precisionFlag is one precision.
type precisionFlag struct{ ops.Precision }

func (p *precisionFlag) Type() string { return "NAME" }

// Set takes a name.
func (p *precisionFlag) Set(text string) error {
	list, err := precisions(text)
	if err != nil || len(list) > 1 {
		return fmt.Errorf("want one of %s", strings.Join(ops.Precisions(), ", "))
	}
	p.Precision = list[0]
	return nil
}

// A precisionsFlag is several, as f32,bf16.
type precisionsFlag struct{ list []ops.Precision }

func (p *precisionsFlag) String() string {
	names := make([]string, len(p.list))
	for i, one := range p.list {
		names[i] = one.String()
	}
	return strings.Join(names, ",")
}

func (p *precisionsFlag) Type() string { return "NAME,..." }

// Set takes names with commas between them, none twice.
func (p *precisionsFlag) Set(text string) error {
	list, err := precisions(text)
	if err != nil {
		return err
	}
	p.list = list
	return nil
}

func precisions(text string) (list []ops.Precision, err error) {
	seen := map[ops.Precision]bool{}
	for name := range strings.SplitSeq(text, ",") {
		one, err := ops.ParsePrecision(name)
		if err != nil || seen[one] {
			return nil, fmt.Errorf("want some of %s with a comma between them", strings.Join(ops.Precisions(), ", "))
		}
		seen[one] = true
		list = append(list, one)
	}
	return list, nil
}
