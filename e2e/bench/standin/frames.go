package standin

import "strconv"

const preamble = ")]}'\n\n"

const (
	frameOpen  = `[["wrb.fr",null,"[null,[\"c_1f2e3d4c5b6a7988\",\"r_0a1b2c3d4e5f6071\"],null,null,[[\"rc_8899aabbccddeeff\",[\"`
	frameShut  = `\"],null,null,null,null,true,null,[1],\"en\"]]]"]]` + "\n"
	frameLast  = `\"],null,null,null,null,true,null,[2],\"en\"]]]"]]` + "\n"
	metaFrame  = `[["wrb.fr",null,"[null,[\"c_1f2e3d4c5b6a7988\",\"r_0a1b2c3d4e5f6071\"],{\"18\":\"r_0a1b2c3d4e5f6071\",\"44\":true}]"]]`
	titleFrame = `[["wrb.fr",null,"[null,[\"c_1f2e3d4c5b6a7988\",\"r_0a1b2c3d4e5f6071\"],{\"11\":[\"Tides\"],\"44\":true}]"]]`
	stateFrame = `[["wrb.fr",null,"[null,[null,\"r_0a1b2c3d4e5f6071\"],{\"26\":\"AwAAABenchContext\"}]"]]`
	timeFrame  = `[["di",42],["af.httprm",41,"-1111111111111111111",7]]`
)

// appendFrame adds one frame that holds no rune above U+007F.
func appendFrame(b []byte, row string) []byte {
	b = strconv.AppendInt(b, int64(len(row)+2), 10)
	b = append(b, '\n')
	b = append(b, row...)
	return append(b, '\n')
}

// appendText adds text frame k, which repeats the whole text so far.
func (s *Script) appendText(b []byte, k int) []byte {
	end, shut := s.marks[k], frameShut
	if k == len(s.marks)-1 {
		shut = frameLast
	}
	// The count runs from the newline after the digits to the one after the row.
	b = strconv.AppendInt(b, int64(1+len(frameOpen)+end.units+len(shut)), 10)
	b = append(b, '\n')
	b = append(b, frameOpen...)
	b = append(b, s.wire[:end.bytes]...)
	return append(b, shut...)
}

// whole is the answer to a request without rt=c: one array, no length lines.
func (s *Script) whole() []byte {
	b := []byte(preamble)
	b = append(b, '[')
	b = append(b, metaFrame[1:len(metaFrame)-1]...)
	b = append(b, ',')
	b = append(b, frameOpen[1:]...)
	b = append(b, s.wire...)
	b = append(b, frameLast[:len(frameLast)-2]...)
	for _, row := range []string{titleFrame, stateFrame, timeFrame} {
		b = append(b, ',')
		b = append(b, row[1:len(row)-1]...)
	}
	return append(b, "]\n"...)
}
