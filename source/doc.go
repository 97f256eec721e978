// Package source is the port to where licenses come from. The engine of package
// activation asks a [Source] whether there is a new license for an owner and a
// serial, and a source answers with an [Outcome]. Two sources come with the
// library: source/online asks a feed over HTTP, and source/file reads a file or
// a folder, a secret or an environment variable. A host that has its licenses
// elsewhere, in a table or a bucket, writes a [Func]:
//
//	bucket := source.Func(func(ctx context.Context, request source.Request) (source.Outcome, error) {
//		blob, err := client.Download(ctx, request.Owner+"/"+request.Serial)
//		if ctx.Err() != nil {
//			return source.Outcome{}, ctx.Err()
//		}
//		if err != nil {
//			return source.NewProblem(source.Problem{Reason: source.ReasonUnavailable, Detail: err.Error(), Temporary: true}), nil
//		}
//		return source.Outcome{Kind: source.KindNew, Envelopes: [][]byte{blob}}, nil
//	})
//
// # Who decides
//
// A source only transports. It never looks into an envelope: whether that is
// authentic, meant for this owner and serial, and newer than what is active, is
// decided by the engine, which checks whatever a source hands back. So a source
// may say [KindNew] each time, and one that lies can keep a new license back,
// but not bring in a false one.
//
// That there is no license to be had is an outcome too, [KindProblem]: what is
// active stays active. An error means that the question was not asked to the
// end: the context has ended, or the request was none.
//
// The types follow docs/spec/feed.md, Answers.
package source
