package conformance_test

import (
	"reflect"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2/packages/respjson"
)

// checkStrict checks that what the server sent has every field that its type requires,
// and none that the type does not know, as deep as the type goes.
func checkStrict(t *testing.T, value any) {
	t.Helper()
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	checkStrictValue(t, v.Type().Name(), v)
}

func checkStrictValue(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				checkStrictValue(t, path+"[]", v.Index(i))
			}
		}
	case reflect.Struct:
		if as := v.MethodByName("AsAny"); as.IsValid() {
			variant := as.Call(nil)[0]
			if variant.IsNil() {
				t.Errorf("%s is of no type that is known", path)
				return
			}
			checkStrictStruct(t, path, variant.Elem())
			return
		}
		checkStrictStruct(t, path, v)
	}
}

func checkStrictStruct(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	metadata := v.FieldByName("JSON")
	if !metadata.IsValid() {
		return
	}
	if extra := metadata.FieldByName("ExtraFields"); extra.IsValid() && extra.Len() > 0 {
		t.Errorf("%s has the unknown fields %v", path, extra.MapKeys())
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		sent := metadata.FieldByName(field.Name)
		if !sent.IsValid() || field.Name == "JSON" {
			continue
		}
		known, ok := sent.Interface().(respjson.Field)
		if !ok {
			continue
		}
		required := field.Tag.Get("api") == "required" || field.Tag.Get("default") != ""
		switch {
		case known.Raw() == respjson.Omitted:
			if required {
				t.Errorf("%s lacks the field %s", path, field.Name)
			}
		case known.Raw() == respjson.Null:
		case !known.Valid():
			t.Errorf("%s.%s is of another type: %.100s", path, field.Name, known.Raw())
		default:
			checkStrictValue(t, path+"."+field.Name, v.Field(i))
		}
	}
}
