package seatwright_test

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// exported has the folders of the packages that hosts import, by the name of the
// package.
var exported = map[string]string{
	"activation": "activation", "attention": "activation/attention", "issuing": "license/issuing", "planner": "activation/planner", "memstore": "activation/memstore",
	"storetest": "activation/storetest", "sqlstore": "activation/sqlstore", "riverjobs": "activation/sqlstore/riverjobs",
	"otelobserver": "activation/otelobserver", "license": "license", "signed": "license/signed", "keygen": "license/keygen",
	"seat": "seat", "source": "source", "file": "source/file", "online": "source/online",
}

// sources is a package as it is written.
type sources struct {
	folder  string
	files   []*ast.File
	set     *token.FileSet
	parser  *comment.Parser
	symbols map[string]bool // "Tenant", "Tenant.As", "Plan.Owner"
}

// readSources parses the files of a folder that are no tests.
func readSources(t *testing.T, folder string) *sources {
	t.Helper()
	s := &sources{folder: folder, set: token.NewFileSet(), symbols: map[string]bool{}}
	names, err := filepath.Glob(filepath.Join(filepath.FromSlash(folder), "*.go"))
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.set, name, nil, parser.ParseComments)
		require.NoError(t, err)
		s.files = append(s.files, file)
		for _, declared := range file.Decls {
			s.declare(declared)
		}
	}
	described, err := doc.NewFromFiles(s.set, s.files, modulePath+"/"+folder, doc.AllDecls|doc.PreserveAST)
	require.NoError(t, err)
	s.parser = described.Parser()
	return s
}

func (s *sources) declare(declared ast.Decl) {
	switch d := declared.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		s.symbols[name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					s.symbols[name.Name] = true
				}
			case *ast.TypeSpec:
				s.symbols[spec.Name.Name] = true
				s.declareMembers(spec)
			}
		}
	}
}

// declareMembers notes the fields of a struct and the methods of an interface,
// and those that it embeds by their own names.
func (s *sources) declareMembers(spec *ast.TypeSpec) {
	var list *ast.FieldList
	switch typ := spec.Type.(type) {
	case *ast.StructType:
		list = typ.Fields
	case *ast.InterfaceType:
		list = typ.Methods
	default:
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			s.symbols[spec.Name.Name+"."+name.Name] = true
		}
	}
}

func receiver(typ ast.Expr) string {
	switch typ := typ.(type) {
	case *ast.StarExpr:
		return receiver(typ.X)
	case *ast.IndexExpr:
		return receiver(typ.X)
	case *ast.Ident:
		return typ.Name
	}
	return ""
}

func everySource(t *testing.T) map[string]*sources {
	t.Helper()
	all := map[string]*sources{}
	for name, folder := range exported {
		all[name] = readSources(t, folder)
	}
	return all
}

// foldersWithGo lists the folders of the repository that have Go files.
func foldersWithGo(t *testing.T) (folders []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if name := entry.Name(); name == "testdata" || name != "." && strings.HasPrefix(name, ".") {
			return fs.SkipDir
		}
		if files, err := filepath.Glob(filepath.Join(path, "*.go")); err == nil && len(files) > 0 {
			folders = append(folders, filepath.ToSlash(path))
		}
		return nil
	}))
	return folders
}

// TestEveryPackageIsRead finds an exported package that the list above lacks.
func TestEveryPackageIsRead(t *testing.T) {
	var folders []string
	for _, folder := range foldersWithGo(t) {
		if _, public := relative(modulePath + "/" + folder); public && folder != "." && !strings.HasPrefix(folder, "internal") {
			folders = append(folders, folder)
		}
	}
	require.ElementsMatch(t, slices.Collect(maps.Values(exported)), folders)
}

var (
	// bracketed is what is written like a link to a name, and is none.
	bracketed = regexp.MustCompile(`\[\*?((?:[a-z]+\.)?[A-Z]\w*(?:\.[A-Z]\w*)?)\]`)
	// qualified is a name with its package or its type in front.
	qualified = regexp.MustCompile(`\b(\w+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)
)

// TestDocLinks finds links in comments that lead nowhere, and names with their
// package or type in front that are not there: what a renaming leaves behind.
func TestDocLinks(t *testing.T) {
	all := everySource(t)
	for _, folder := range foldersWithGo(t) {
		s := all[filepath.Base(folder)]
		if s == nil || s.folder != folder {
			s = readSources(t, folder)
		}
		for _, file := range s.files {
			for _, group := range file.Comments {
				where := s.set.Position(group.Pos()).String()
				for _, name := range s.unresolved(group.Text()) {
					t.Errorf("%s: [%s] leads nowhere", where, name)
				}
				for _, name := range missing(all, s, group.Text()) {
					t.Errorf("%s: there is no %s", where, name)
				}
			}
		}
	}
}

// TestConstantsAreNamedInTheirComments: a comment that begins "Name means" or
// "Name:" begins with the name of the constant as it is now.
func TestConstantsAreNamedInTheirComments(t *testing.T) {
	begins := regexp.MustCompile(`^([A-Z]\w*)(?::| means | and ([A-Z]\w*) mean )`)
	for _, s := range everySource(t) {
		for _, file := range s.files {
			ast.Inspect(file, func(node ast.Node) bool {
				spec, ok := node.(*ast.ValueSpec)
				if !ok {
					return true
				}
				if found := begins.FindStringSubmatch(spec.Doc.Text()); len(found) > 1 && found[1] != spec.Names[0].Name {
					t.Errorf("%s: the comment of %s begins with %s", s.set.Position(spec.Pos()), spec.Names[0].Name, found[1])
				}
				return true
			})
		}
	}
}

// unresolved lists what a comment writes like a link and go doc does not take
// for one.
func (s *sources) unresolved(text string) (names []string) {
	var plain func(texts []comment.Text)
	plain = func(texts []comment.Text) {
		for _, text := range texts {
			switch text := text.(type) {
			case comment.Plain:
				for _, found := range bracketed.FindAllStringSubmatch(string(text), -1) {
					names = append(names, found[1])
				}
			case comment.Italic:
			case *comment.Link:
				plain(text.Text)
			}
		}
	}
	var blocks func(list []comment.Block)
	blocks = func(list []comment.Block) {
		for _, block := range list {
			switch block := block.(type) {
			case *comment.Paragraph:
				plain(block.Text)
			case *comment.Heading:
				plain(block.Text)
			case *comment.List:
				for _, item := range block.Items {
					blocks(item.Content)
				}
			}
		}
	}
	blocks(s.parser.Parse(text).Content)
	return names
}

// missing lists the names in a text that have one of our packages or types in
// front and are not declared there. Without a package, a type is looked for in
// all of ours, because documents leave it out.
func missing(all map[string]*sources, own *sources, text string) (names []string) {
	for _, found := range qualified.FindAllStringSubmatch(text, -1) {
		first, second, third := found[1], found[2], found[3]
		if s := all[first]; s != nil {
			if !s.symbols[second] || third != "" && !s.has(second, third) {
				names = append(names, found[0])
			}
			continue
		}
		if first[0] < 'A' || first[0] > 'Z' || third != "" {
			continue // a variable, or a package that is not ours
		}
		if own != nil && own.symbols[first] {
			if !own.has(first, second) {
				names = append(names, found[0])
			}
			continue
		}
		var owners []*sources
		for _, s := range all {
			if s.symbols[first] {
				owners = append(owners, s)
			}
		}
		if len(owners) > 0 && !slices.ContainsFunc(owners, func(s *sources) bool { return s.has(first, second) }) {
			names = append(names, found[0])
		}
	}
	return names
}

// has also knows what a type embeds, by whatever type of the package has it.
func (s *sources) has(typ, member string) bool {
	return s.symbols[typ+"."+member] || s.embeds(typ, member)
}

func (s *sources) embeds(typ, member string) bool {
	for _, file := range s.files {
		found := false
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.TypeSpec)
			if !ok || spec.Name.Name != typ {
				return true
			}
			var list []*ast.Field
			switch typ := spec.Type.(type) {
			case *ast.StructType:
				list = typ.Fields.List
			case *ast.InterfaceType:
				list = typ.Methods.List
			}
			for _, field := range list {
				if name := receiver(field.Type); len(field.Names) == 0 && name != "" {
					found = found || name == member || s.has(name, member)
				}
			}
			return false
		})
		if found {
			return true
		}
	}
	return false
}

// TestDocumentsNameWhatIsThere looks at what documents write as code.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	all := everySource(t)
	documents, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	more, err := filepath.Glob("docs/*/*.md")
	require.NoError(t, err)
	code := regexp.MustCompile("`[^`\n]+`")
	for _, document := range append(append(documents, more...), "README.md") {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for number, line := range strings.Split(string(text), "\n") {
			for _, span := range code.FindAllString(line, -1) {
				for _, name := range missing(all, nil, span) {
					t.Errorf("%s:%d: there is no %s", document, number+1, name)
				}
			}
		}
	}
}
