//! HTTP/2: many streams over one socket, and the limit on sockets all the same, counted by the server.

mod server;
mod sharing;
mod sockets;
