package main

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// Every package says what it is, in one place.
func TestPackagesHaveAComment(t *testing.T) {
	comments := map[string][]string{}
	for _, f := range goFiles(t) {
		if f.isTest() {
			continue
		}
		comments[f.pkg()] = append(comments[f.pkg()], "")
		if f.tree.Doc == nil {
			continue
		}
		comments[f.pkg()][0] += f.path + " "
		want := "Package " + f.tree.Name.Name + " "
		if f.tree.Name.Name == "main" {
			want = "Command "
		}
		if text := f.tree.Doc.Text(); !strings.HasPrefix(text, want) {
			t.Errorf("%s: the package comment begins %.40q, want %q", f.path, text, want)
		}
	}
	for pkg, found := range comments {
		if n := len(strings.Fields(found[0])); n != 1 {
			t.Errorf("package %s has %d package comments, want 1: %s", pkg, n, found[0])
		}
	}
}

// Everything exported has a comment, except methods that an interface of this module or a
// well-known one explains.
func TestExportedNamesAreDocumented(t *testing.T) {
	files := goFiles(t)
	explained := map[string]bool{"Error": true, "Unwrap": true, "String": true, "UnmarshalJSON": true, "MarshalJSON": true}
	for _, f := range files {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok {
				for _, m := range i.Methods.List {
					for _, name := range m.Names {
						explained[name.Name] = true
					}
				}
			}
			return true
		})
	}
	for _, f := range files {
		if f.isTest() {
			continue
		}
		for _, d := range f.tree.Decls {
			for _, name := range undocumented(d) {
				if function, ok := d.(*ast.FuncDecl); !ok || function.Recv == nil || !explained[name.Name] {
					t.Errorf("%v: %s has no comment", f.fset.Position(name.Pos()), name.Name)
				}
			}
		}
	}
}

func undocumented(d ast.Decl) (list []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && exportedReceiver(d) {
			list = append(list, d.Name)
		}
	case *ast.GenDecl:
		if d.Tok == token.IMPORT {
			return nil
		}
		for _, spec := range d.Specs {
			list = append(list, undocumentedSpec(spec, d.Doc != nil)...)
		}
	}
	return list
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	x := d.Recv.List[0].Type
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	if generic, ok := x.(*ast.IndexExpr); ok {
		x = generic.X
	}
	name, ok := x.(*ast.Ident)
	return ok && name.IsExported()
}

// undocumentedSpec checks one line of a declaration; the comment of a group is that of its
// constants and variables.
func undocumentedSpec(spec ast.Spec, group bool) (list []*ast.Ident) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		if spec.Doc == nil && !group && spec.Name.IsExported() {
			list = append(list, spec.Name)
		}
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			if spec.Doc == nil && spec.Comment == nil && !group && name.IsExported() {
				list = append(list, name)
			}
		}
	}
	return list
}
