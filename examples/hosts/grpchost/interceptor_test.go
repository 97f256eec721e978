package grpchost_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/seatwright/seatwright/activation"
	"github.com/seatwright/seatwright/activation/memstore"
	"github.com/seatwright/seatwright/examples/hosts/grpchost"
	"github.com/seatwright/seatwright/examples/hosts/hosttest"
	"github.com/seatwright/seatwright/license"
)

var (
	before  = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	expires = time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
)

// methods is what those of the service need; Forgotten is not among them.
var methods = map[string]grpchost.Need{
	"/crm.Customers/List":  {Module: hosttest.Module, Reads: true},
	"/crm.Customers/Save":  {Module: hosttest.Module},
	"/crm.Customers/Renew": {},
	"/crm.Customers/Watch": {Module: hosttest.Module, Reads: true},
	"/crm.Customers/Feed":  {Module: hosttest.Module},
}

// answer is what GrantsOf found of the module.
func answer(ctx context.Context) *wrapperspb.StringValue {
	return wrapperspb.String(string(grpchost.GrantsOf(ctx).Check(hosttest.Module).Reason))
}

// service is written by hand, so that no compiler is needed.
func service() *grpc.ServiceDesc {
	description := &grpc.ServiceDesc{ServiceName: "crm.Customers", HandlerType: (*any)(nil)}
	for _, name := range []string{"List", "Save", "Renew", "Forgotten"} {
		description.Methods = append(description.Methods, grpc.MethodDesc{MethodName: name, Handler: func(
			_ any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor,
		) (any, error) {
			if err := decode(new(emptypb.Empty)); err != nil {
				return nil, err
			}
			handle := func(ctx context.Context, _ any) (any, error) { return answer(ctx), nil }
			return interceptor(ctx, nil, &grpc.UnaryServerInfo{FullMethod: "/crm.Customers/" + name}, handle)
		}})
	}
	for _, name := range []string{"Watch", "Feed"} {
		description.Streams = append(description.Streams, grpc.StreamDesc{
			StreamName: name, ServerStreams: true,
			Handler: func(_ any, stream grpc.ServerStream) error { return stream.SendMsg(answer(stream.Context())) },
		})
	}
	return description
}

// dial starts a server with the interceptor, and connects to it.
func dial(t *testing.T, store activation.Store, now *time.Time) *grpc.ClientConn {
	t.Helper()
	engine, err := hosttest.Engine(store, activation.WithClock(func() time.Time { return *now }))
	require.NoError(t, err)
	interceptor := &grpchost.Interceptor{Engine: engine, Methods: methods, Caller: func(ctx context.Context) (tenant, user string) {
		said, _ := metadata.FromIncomingContext(ctx)
		return hosttest.Tenant, said.Get("user")[0]
	}}
	server := grpc.NewServer(grpc.UnaryInterceptor(interceptor.Unary), grpc.StreamInterceptor(interceptor.Stream))
	server.RegisterService(service(), nil)
	listener := bufconn.Listen(1 << 16)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient("passthrough:///crm", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })
	return connection
}

// call returns what a method answers, or its error.
func call(t *testing.T, connection *grpc.ClientConn, method, user string) string {
	t.Helper()
	ctx := metadata.AppendToOutgoingContext(t.Context(), "user", user)
	said := new(wrapperspb.StringValue)
	var err error
	if method == "Watch" || method == "Feed" {
		var stream grpc.ClientStream
		stream, err = connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/crm.Customers/"+method)
		require.NoError(t, err)
		require.NoError(t, stream.SendMsg(new(emptypb.Empty)))
		require.NoError(t, stream.CloseSend())
		err = stream.RecvMsg(said)
	} else {
		err = connection.Invoke(ctx, "/crm.Customers/"+method, new(emptypb.Empty), said)
	}
	if err != nil {
		refused := status.Convert(err)
		return refused.Code().String() + ": " + refused.Message()
	}
	return said.GetValue()
}

func TestInterceptor(t *testing.T) {
	now, store := before, memstore.New()
	connection := dial(t, store, &now)
	engine, err := hosttest.Engine(store, activation.WithClock(func() time.Time { return now }))
	require.NoError(t, err)
	require.NoError(t, hosttest.Buy(t.Context(), engine, 2, func(l *license.License) { l.Expires = &expires }))
	_, err = engine.Tenant(hosttest.Tenant).As("admin").Admit(t.Context(), hosttest.User("ann"))
	require.NoError(t, err)
	for _, test := range []struct {
		at                 time.Time
		method, user, want string
	}{
		{before, "List", "ann", "licensed"},
		{before, "Save", "ann", "licensed"},
		{before, "Watch", "ann", "licensed"},
		{before, "List", "bob", "PermissionDenied: acme.sales is not-assigned"},
		{before, "Watch", "bob", "PermissionDenied: acme.sales is not-assigned"},
		{before, "Renew", "bob", "not-licensed"}, // it was not looked at
		{before, "Forgotten", "ann", "PermissionDenied: /crm.Customers/Forgotten is not-licensed"},
		{expires, "List", "ann", "lapsed"},
		{expires, "Watch", "ann", "lapsed"},
		{expires, "Save", "ann", "PermissionDenied: acme.sales is lapsed"},
		{expires, "Feed", "ann", "PermissionDenied: acme.sales is lapsed"},
		{expires, "Renew", "ann", "not-licensed"},
	} {
		now = test.at
		assert.Equal(t, test.want, call(t, connection, test.method, test.user), "%+v", test)
	}
}

// down is a store that can't be reached.
type down struct{ activation.Store }

func (down) View(context.Context, string, func(activation.Reader) error) error {
	return assert.AnError
}

func TestStoreIsDown(t *testing.T) {
	now := before
	connection := dial(t, down{memstore.New()}, &now)
	assert.Equal(t, "Unavailable: licenses can't be read", call(t, connection, "List", "ann"))
	assert.Equal(t, "not-licensed", call(t, connection, "Renew", "ann"))
}
