package strictjson

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
)

// Unmarshal decodes one JSON value into v, a pointer that is not nil, by the
// rules of encoding/json for tags and types, and more strictly. It refuses
//
//   - what [Scan] refuses, and a member name that occurs twice in one object,
//     anywhere;
//   - members that a struct has no field for, and those that differ from the
//     name of a field in case;
//   - null, anywhere;
//   - a value of the wrong type, and a number that does not fit.
//
// A [json.RawMessage] gets its value as it is spelled, null too; a type with an
// UnmarshalJSON method everything but null. Syntax and duplicates have been
// checked inside of these, nothing else. A type with UnmarshalText gets strings
// only.
//
// The error is an [*Error] that points to the member and holds no values: the
// first duplicate in the order of [Tree.All], otherwise the first mistake in
// the order of the text. After an error v is as it was. Otherwise it is
// overwritten as a whole: fields whose members are absent become zero.
//
// Supported are structs, maps from strings, slices, pointers, empty interfaces,
// and the types that encoding/json reads from a string, a number or a truth
// value. Embedded structs are not: their members are unknown. The caller limits
// the size.
func Unmarshal(data []byte, v any) error {
	text := string(data)
	tree := Tree{Limit: 1}
	if err := Scan(text, &tree, 0); err != nil {
		return err
	}
	for pointer := range tree.All() {
		return &Error{Pointer: pointer, Problem: "occurs twice"}
	}
	target := reflect.ValueOf(v).Elem()
	value := reflect.New(target.Type()).Elem()
	d := decoder{cursor: NewCursor(text), fields: make(map[reflect.Type]map[string]int)}
	if err := d.value(value); err != nil {
		return err
	}
	target.Set(value)
	return nil
}

type decoder struct {
	cursor *Cursor
	path   []Segment // the path of the next value
	fields map[reflect.Type]map[string]int
}

func (d *decoder) value(v reflect.Value) error {
	target := v.Addr().Interface()
	if raw, ok := target.(*json.RawMessage); ok {
		*raw = json.RawMessage(d.cursor.Raw())
		return nil
	}
	if d.cursor.Kind() == Null {
		return d.problem("must not be null", nil)
	}
	switch target := target.(type) {
	case json.Unmarshaler:
		return d.malformed(target.UnmarshalJSON([]byte(d.cursor.Raw())))
	case encoding.TextUnmarshaler:
		if err := d.expect(String, "must be a string"); err != nil {
			return err
		}
		return d.malformed(target.UnmarshalText([]byte(d.cursor.Text())))
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem())
	case reflect.Interface:
		return d.dynamic(v)
	case reflect.Struct:
		return d.structure(v)
	case reflect.Map:
		return d.mapping(v)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return d.slice(v)
		}
	}
	return d.scalar(v)
}

func (d *decoder) structure(v reflect.Value) error {
	fields := d.fieldsOf(v.Type())
	return d.members(func(name string) error {
		i, ok := fields[name]
		if !ok {
			return d.unknown(name, fields)
		}
		return d.value(v.Field(i))
	})
}

// fieldsOf returns the fields of a struct by the names of their members.
func (d *decoder) fieldsOf(t reflect.Type) map[string]int {
	if fields, ok := d.fields[t]; ok {
		return fields
	}
	fields := make(map[string]int, t.NumField())
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get("json")
		if !field.IsExported() || field.Anonymous || tag == "-" {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if name == "" {
			name = field.Name
		}
		fields[name] = i
	}
	d.fields[t] = fields
	return fields
}

func (d *decoder) unknown(name string, fields map[string]int) error {
	for known := range fields {
		if strings.EqualFold(known, name) {
			return d.problem("must be spelled "+known, nil)
		}
	}
	return d.problem("is unknown", nil)
}

func (d *decoder) mapping(v reflect.Value) error {
	v.Set(reflect.MakeMap(v.Type()))
	return d.members(func(name string) error {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(value); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(name).Convert(v.Type().Key()), value)
		return nil
	})
}

// members calls read for each member of an object, with the cursor at its
// value.
func (d *decoder) members(read func(name string) error) error {
	if err := d.expect(Object, "must be an object"); err != nil {
		return err
	}
	d.cursor.Open()
	for name, ok := d.cursor.Member(); ok; name, ok = d.cursor.Member() {
		d.path = append(d.path, Name(name))
		if err := read(name); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
	}
	return nil
}

func (d *decoder) slice(v reflect.Value) error {
	if err := d.expect(Array, "must be an array"); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	d.cursor.Open()
	for i := 0; d.cursor.Element(); i++ {
		d.path = append(d.path, Index(i))
		v.Grow(1)
		v.SetLen(i + 1)
		if err := d.value(v.Index(i)); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
	}
	return nil
}

// dynamic decodes into an interface what encoding/json puts there.
func (d *decoder) dynamic(v reflect.Value) error {
	var value reflect.Value
	switch d.cursor.Kind() {
	case Object:
		value = reflect.ValueOf(new(map[string]any)).Elem()
	case Array:
		value = reflect.ValueOf(new([]any)).Elem()
	default:
		return d.scalar(v)
	}
	if err := d.value(value); err != nil {
		return err
	}
	v.Set(value)
	return nil
}

func (d *decoder) scalar(v reflect.Value) error {
	kind := d.cursor.Kind()
	if kind == String && v.Kind() == reflect.String {
		v.SetString(strings.Clone(d.cursor.Text()))
		return nil
	}
	if kind == Array || kind == Object || json.Unmarshal([]byte(d.cursor.Raw()), v.Addr().Interface()) != nil {
		return d.problem("must be "+expected(v.Kind()), nil)
	}
	return nil
}

// expected says what values a scalar type has.
func expected(kind reflect.Kind) string {
	switch kind {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "an integer in range"
	case reflect.Float32, reflect.Float64:
		return "a number in range"
	case reflect.Slice:
		return "a string in base64"
	case reflect.String:
		return "a string"
	}
	return "a value of a supported type"
}

func (d *decoder) expect(kind Kind, problem string) error {
	if d.cursor.Kind() != kind {
		return d.problem(problem, nil)
	}
	return nil
}

// malformed wraps the error of a type's own method.
func (d *decoder) malformed(err error) error {
	if err == nil {
		return nil
	}
	return d.problem("is malformed", err)
}

func (d *decoder) problem(problem string, err error) error {
	var pointer []byte
	for _, segment := range d.path {
		pointer = segment.appendTo(pointer)
	}
	return &Error{Pointer: string(pointer), Problem: problem, Err: err}
}
