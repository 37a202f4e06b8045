package doctor_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/geminid/geminid/ops/doctor"
)

func ExampleExamine() {
	findings := doctor.Examine(context.Background(), doctor.Config{
		Problem: errors.New(`geminid.yaml:3: watch: "inotfy" is not one of inotify, poll`),
	})
	for _, f := range findings {
		if f.Level == doctor.Bad {
			fmt.Println(f.Group+":", f.Text)
			fmt.Println("fix:", f.Fix)
		}
	}
	// Output:
	// config: geminid.yaml:3: watch: "<value>" is not one of inotify, poll
	// fix: correct the key it names and run: geminid check-config
}
