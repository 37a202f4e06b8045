package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// answerPictures answers Images and Edits. An answer of the upstream may hold fewer
// pictures than were asked for; then the missing ones are asked for again, each time
// as a question of its own.
func (a *API) answerPictures(ctx context.Context, w http.ResponseWriter, st *requestState, call *dialect.Call) error {
	want := max(call.Pictures.Count, 1)
	var answer chat.Answer
	for asked := 0; asked < want && len(answer.Media) < want; asked++ {
		question := call.Chat
		if asked > 0 {
			question = call.PictureRequest(want - len(answer.Media))
		}
		part, err := a.askPictures(ctx, w.Header(), st, question)
		if err != nil {
			return err
		}
		made := len(part.Media)
		part.Media = append(answer.Media, part.Media...)
		if answer = part; made == 0 {
			break // asking once more would not help
		}
	}
	switch made := len(answer.Media); {
	case made == 0:
		return &chat.Error{Kind: chat.BadRequest, Param: "prompt", Message: "Gemini answered without a picture; say more clearly what it shall show, or something else"}
	case made < want:
		return &chat.Error{Kind: chat.BadRequest, Param: "n",
			Message: "Gemini made " + strconv.Itoa(made) + " of " + strconv.Itoa(want) + " pictures; ask for fewer"}
	case call.Pictures.Count > 0:
		answer.Media = answer.Media[:want]
	}
	st.noteAnswer(answer)
	setServedHeader(w.Header(), answer.Served)
	writeBody(w, http.StatusOK, st.dialect.EncodeAnswer(call, answer))
	return nil
}

// askPictures asks one question for pictures and leaves out the media that are not
// pictures.
func (a *API) askPictures(ctx context.Context, header http.Header, st *requestState, question *chat.Request) (answer chat.Answer, err error) {
	prepared, err := a.tools.Prepare(question)
	if err != nil {
		return answer, err
	}
	turn, err := a.takeHourlyToken(header, st)
	if err != nil {
		return answer, err
	}
	defer turn.refundUnspent(header)
	if err := a.checkFiles(st, question); err != nil {
		return answer, err
	}
	if err := a.prepareQuestion(ctx, st, turn, question); err != nil {
		return answer, err
	}
	answer, err = a.collectAnswer(ctx, st, prepared)
	answer.Media = slices.DeleteFunc(answer.Media, func(blob *chat.Blob) bool { return !strings.HasPrefix(blob.MIME, "image/") })
	return answer, err
}
