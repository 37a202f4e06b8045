package interactions

import (
	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// readFormats reads the forms that the answer must have: one, a list with one for each
// kind of output, or a JSON Schema, as in the first version of the API.
func readFormats(req *chat.Request, body dialect.Object) error {
	kind := body.Field("response_mime_type")
	word, err := kind.AsText()
	if err != nil {
		return err
	}
	if err := dialect.RequireOneOf(kind, word, "text/plain", jsonType); err != nil {
		return err
	}
	if word == jsonType {
		req.Format.Kind = chat.JSONValue
	}
	place := body.Field("response_format")
	if isSchema(place.Value) {
		return setSchema(req, place)
	}
	forms, err := listFormats(place)
	if err != nil {
		return err
	}
	for _, form := range forms {
		if err := readFormat(req, form); err != nil {
			return err
		}
	}
	return nil
}

func listFormats(place dialect.Node) (forms []dialect.Object, err error) {
	list := []dialect.Node{place}
	if !place.Value.IsObject() {
		if list, err = place.AsList(dialect.MaxParts); err != nil {
			return nil, err
		}
	}
	for _, n := range list {
		form, err := n.AsTable(formatFields).AsObject()
		if err != nil {
			return nil, err
		}
		forms = append(forms, form)
	}
	return forms, nil
}

// addLooks adds the wishes for a picture to the question, from either place for them.
func addLooks(req *chat.Request, body dialect.Object) error {
	config, err := body.Field("generation_config").AsObject()
	if err != nil {
		return err
	}
	looks, err := config.Field("image_config").AsObject()
	if err != nil {
		return err
	}
	places := []dialect.Object{looks}
	if form := body.Field("response_format"); !isSchema(form.Value) {
		forms, err := listFormats(form)
		if err != nil {
			return err
		}
		places = append(places, forms...)
	}
	for _, o := range places {
		if err := dialect.AddLooks(req, o.Field("aspect_ratio"), o.Field("image_size")); err != nil {
			return err
		}
	}
	return nil
}

const jsonType = "application/json"

// isSchema reports whether an object is a JSON Schema, and does not say for which kind of
// output it is. Both have a type; that of a schema is one of values.
func isSchema(value gjson.Result) bool {
	switch value.Get("type").Str {
	case "text", "image", "audio", "video":
		return false
	}
	return value.IsObject()
}

func setSchema(req *chat.Request, place dialect.Node) (err error) {
	if req.Format.Schema, err = dialect.ReadSchema(place); err != nil || req.Format.Schema == "" {
		return err
	}
	req.Format.Kind, req.Format.Field = chat.JSONSchema, place.Path
	return nil
}

func readFormat(req *chat.Request, form dialect.Object) error {
	place := form.Field("type")
	kind, err := place.AsText()
	if err != nil {
		return err
	}
	switch kind {
	case "text":
		mime := form.Field("mime_type")
		word, err := mime.AsText()
		if err != nil {
			return err
		}
		if err := dialect.RequireOneOf(mime, word, "text/plain", jsonType); err != nil {
			return err
		}
		if word == jsonType {
			req.Format.Kind = chat.JSONValue
		}
		return setSchema(req, form.Field("schema"))
	case "image":
		return nil // see addLooks
	case "audio", "video":
		return place.NewError("must be text or image; ask for a film or for music in the prompt")
	}
	return place.NewError("must be text or image")
}
