package api

import (
	"bytes"
	"fmt"
	"go/format"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// exported returns the exported names of a package.
func exported(of *types.Package) []string {
	return slices.DeleteFunc(of.Scope().Names(), func(name string) bool {
		return !of.Scope().Lookup(name).Exported()
	})
}

// render writes the API of a package as Go source without bodies, which the type
// checker reads again: its exported names, and the unexported types that they
// mention. It is the same for the same API.
func render(t *testing.T, of *types.Package) []byte {
	t.Helper()
	r := &renderer{of: of, imports: map[string]string{}, written: map[string]bool{}}
	for _, name := range exported(of) {
		r.object(of.Scope().Lookup(name))
	}
	for len(r.mentioned) > 0 {
		next := r.mentioned[0]
		r.mentioned = r.mentioned[1:]
		r.object(next)
	}
	var source bytes.Buffer
	fmt.Fprintf(&source, "package %s\n\n", of.Name())
	for _, imported := range r.sortedImports() {
		fmt.Fprintln(&source, imported)
	}
	source.WriteByte('\n')
	source.Write(r.body.Bytes())
	formatted, err := format.Source(source.Bytes())
	require.NoError(t, err, source.String())
	return formatted
}

type renderer struct {
	of        *types.Package
	imports   map[string]string // path by name
	written   map[string]bool
	mentioned []types.Object // unexported types yet to be written
	body      bytes.Buffer
}

func (r *renderer) sortedImports() []string {
	var lines []string
	for name, imported := range r.imports {
		if name == path.Base(imported) {
			name = ""
		}
		lines = append(lines, fmt.Sprintf("import %s %q", name, imported))
	}
	slices.Sort(lines)
	return lines
}

func (r *renderer) object(object types.Object) {
	if r.written[object.Name()] {
		return
	}
	r.written[object.Name()] = true
	switch object := object.(type) {
	case *types.Const:
		r.constant(object)
	case *types.TypeName:
		r.typeName(object)
	case *types.Var:
		r.line("var %s %s", object.Name(), r.text(object.Type()))
	case *types.Func:
		r.line("func %s%s", object.Name(), r.signature(object))
	}
}

func (r *renderer) line(format string, arguments ...any) {
	fmt.Fprintf(&r.body, format+"\n", arguments...)
}

func (r *renderer) constant(object *types.Const) {
	of := ""
	if basic, ok := object.Type().(*types.Basic); !ok || basic.Info()&types.IsUntyped == 0 {
		of = r.text(object.Type())
	}
	r.line("const %s %s = %s", object.Name(), of, object.Val().ExactString())
}

func (r *renderer) typeName(object *types.TypeName) {
	if object.IsAlias() {
		r.line("type %s = %s", object.Name(), r.text(types.Unalias(object.Type())))
		return
	}
	named, ok := object.Type().(*types.Named)
	if !ok {
		panic(object.Name() + " is a type without a declaration")
	}
	r.line("\ntype %s%s %s", object.Name(), r.parameters(named.TypeParams()), r.text(withoutHidden(named.Underlying())))
	methods := slices.SortedFunc(named.Methods(), func(a, b *types.Func) int { return strings.Compare(a.Name(), b.Name()) })
	for _, method := range methods {
		if method.Exported() {
			receiver := method.Signature().Recv().Type()
			r.line("func (%s) %s%s", r.text(receiver), method.Name(), r.signature(method))
		}
	}
	r.line("")
}

// parameters of a type are written as a signature's are, with their
// constraints.
func (r *renderer) parameters(list *types.TypeParamList) string {
	if list.Len() == 0 {
		return ""
	}
	texts := make([]string, 0, list.Len())
	for parameter := range list.TypeParams() {
		texts = append(texts, parameter.Obj().Name()+" "+r.text(parameter.Constraint()))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func (r *renderer) signature(of *types.Func) string {
	return strings.TrimPrefix(r.text(of.Signature()), "func")
}

// text writes a type, and notes the packages and the unexported types of this
// one that it mentions.
func (r *renderer) text(of types.Type) string {
	r.mention(of, map[types.Type]bool{})
	return types.TypeString(of, func(other *types.Package) string {
		if other == r.of {
			return ""
		}
		r.imports[other.Name()] = other.Path()
		return other.Name()
	})
}

func (r *renderer) mention(of types.Type, seen map[types.Type]bool) {
	if seen[of] {
		return
	}
	seen[of] = true
	switch of := of.(type) {
	case *types.Named:
		if object := of.Obj(); object.Pkg() == r.of && !object.Exported() {
			r.mentioned = append(r.mentioned, object)
		}
		for argument := range of.TypeArgs().Types() {
			r.mention(argument, seen)
		}
	case *types.Signature:
		for _, tuple := range []*types.Tuple{of.Params(), of.Results()} {
			for variable := range tuple.Variables() {
				r.mention(variable.Type(), seen)
			}
		}
	case *types.Struct:
		for field := range of.Fields() {
			r.mention(field.Type(), seen)
		}
	case *types.Interface:
		for method := range of.ExplicitMethods() {
			r.mention(method.Type(), seen)
		}
		for embedded := range of.EmbeddedTypes() {
			r.mention(embedded, seen)
		}
	case *types.Map:
		r.mention(of.Key(), seen)
		r.mention(of.Elem(), seen)
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		r.mention(of.Elem(), seen)
	}
}

// withoutHidden replaces the unexported fields of a struct by one that only says
// that there are some, and whether values can be compared.
func withoutHidden(of types.Type) types.Type {
	all, ok := of.(*types.Struct)
	if !ok {
		return of
	}
	var fields []*types.Var
	var tags []string
	hidden, mayCompare := false, true
	for i := range all.NumFields() {
		field := all.Field(i)
		if field.Exported() || field.Embedded() {
			fields, tags = append(fields, field), append(tags, all.Tag(i))
			continue
		}
		hidden, mayCompare = true, mayCompare && types.Comparable(field.Type())
	}
	if hidden {
		fields = append(fields, types.NewField(0, nil, "_", placeholder(mayCompare), false))
	}
	return types.NewStruct(fields, tags)
}

func placeholder(mayCompare bool) types.Type {
	nothing := types.NewStruct(nil, nil)
	if mayCompare {
		return nothing
	}
	return types.NewSlice(nothing)
}
