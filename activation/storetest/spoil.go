package storetest

import (
	"reflect"
	"time"
)

// spoil overwrites whatever can be reached from pointers to values, so that
// memory that somebody else still uses gives itself away.
func spoil(pointers ...any) {
	for _, p := range pointers {
		spoilValue(reflect.ValueOf(p))
	}
}

func spoilValue(v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return // a time.Time can't be changed
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoilValue(v.Elem())
		}
	case reflect.Slice:
		// What lies behind the length is the caller's to append to.
		whole := v.Slice3(0, v.Cap(), v.Cap())
		for i := range whole.Len() {
			spoilValue(whole.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			spoilValue(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoilValue(v.Field(i))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("spoiled")
		}
	case reflect.Int64, reflect.Int:
		if v.CanSet() {
			v.SetInt(-99)
		}
	case reflect.Uint8:
		if v.CanSet() {
			v.SetUint(0xEE)
		}
	default:
	}
}
