// Package grpchost is the interceptor of a gRPC host: may this user call this now?
// Copy it, and change it.
package grpchost

import (
	"cmp"
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/seat"
)

// Need is what a method asks for. The zero Need is nothing: methods of license
// screens, for whoever renews a license that has lapsed has to get there.
type Need struct {
	Module string
	Reads  bool // the method changes nothing, so it stays open after a lapse
}

// Interceptor looks up what the caller of a method may use.
type Interceptor struct {
	Engine *activation.Engine
	// Caller says whose call it is. That it is theirs was decided before.
	Caller func(ctx context.Context) (tenant, user string)
	// Methods is by full name, "/crm.Customers/List". Others are refused.
	Methods map[string]Need
}

type grants struct{}

// GrantsOf returns what the caller may use; nothing where the method needs none.
func GrantsOf(ctx context.Context) seat.Grants {
	found, _ := ctx.Value(grants{}).(seat.Grants)
	return found
}

// Unary is for grpc.UnaryInterceptor.
func (i *Interceptor) Unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	ctx, err := i.enter(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return next(ctx, request)
}

// Stream is for grpc.StreamInterceptor. It asks once, when the stream begins.
func (i *Interceptor) Stream(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	ctx, err := i.enter(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	return next(server, within{stream, ctx})
}

type within struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // gRPC takes a stream's context from the stream
}

func (s within) Context() context.Context { return s.ctx }

func (i *Interceptor) enter(ctx context.Context, method string) (context.Context, error) {
	need, known := i.Methods[method]
	if known && need.Module == "" {
		return ctx, nil
	}
	tenant, user := i.Caller(ctx)
	entitlements, err := i.Engine.Tenant(tenant).Entitlements(ctx)
	if err != nil { // the store has not been reached since the start
		return nil, status.Error(codes.Unavailable, "licenses can't be read")
	}
	found := entitlements.For(user)
	answer := found.Check(need.Module)
	if answer.Allowed() || need.Reads && answer.Access() == seat.AccessReadOnly {
		return context.WithValue(ctx, grants{}, found), nil
	}
	return nil, status.Error(codes.PermissionDenied, cmp.Or(need.Module, method)+" is "+string(answer.Reason))
}
