package interp_test

import (
	"fmt"
	"testing"
)

func TestRangesOfPictures(t *testing.T) {
	for body, want := range map[string]string{
		`[N, 3, H, W] { relu }`: `[] [] false ""`,
		`[N, 3, H, W] { meta { range = [-1, 1] }` + "\n" + ` sigmoid }`:                                                          `[-1] [1] false "as the net's meta says"`,
		`[N, 3, H, W] { meta { prepare = picture(order="bgr", scale=255) }` + "\n" + ` sigmoid }`:                                `[0] [1] true "what a sigmoid gives"`,
		`[N, 3, H, W] { meta { prepare = picture(mean=[0.5, 0.25, 0], std=[0.5]) }` + "\n" + ` relu }`:                           `[-1 -0.5 0] [1 1.5 2] false "as in the pictures that it takes, picture(mean=[0.5, 0.25, 0], std=[0.5])"`,
		`[N, 3, H, W] { meta { prepare = picture(mean=[55], scale=255, order="bgr") }` + "\n" + ` relu }`:                        `[-55] [200] true "as in the pictures that it takes, picture(mean=[55], scale=255, order=\"bgr\")"`,
		`[N, 1, H, W] { meta { prepare = picture(mean=[0.5, 0.25, 0]) }` + "\n" + ` conv(1, 1x1) }`:                              `[] [] false ""`,
		`[N, 1, H, W] { meta { prepare = picture(mean=[0.5], order="bgr") }` + "\n" + ` conv(1, 1x1) -> sigmoid -> scale(2.0) }`: `[-0.5] [0.5] false "as in the pictures that it takes, picture(mean=[0.5], order=\"bgr\")"`,
	} {
		r, from := readNet(t, "net n [N, 3, H = 8, W = 8] -> "+body).Range()
		if got := fmt.Sprintf("%v %v %v %q", r.Low, r.High, r.BGR, from); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", body, got, want)
		}
	}
}
