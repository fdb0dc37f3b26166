//! An address where connections are neither accepted nor refused: a listener whose backlog is full.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// How long a connection takes at most that still finds room.
const ROOM: Duration = Duration::from_millis(200);
/// More than any system keeps for a backlog of one.
const MOST: usize = 64;

/// Lasts as long as the value lives.
#[derive(Debug)]
pub(in super::super) struct BlackHole {
    pub(in super::super) address: SocketAddr,
    _listener: TcpListener,
    _backlog: Vec<TcpStream>,
}

impl BlackHole {
    pub(in super::super) async fn open() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?;
        let mut backlog = Vec::new();
        while let Ok(stream) = tokio::time::timeout(ROOM, TcpStream::connect(address)).await {
            backlog.push(stream?);
            if backlog.len() == MOST {
                return Err(io::Error::other("the backlog does not fill up"));
            }
        }
        Ok(Self {
            address,
            _listener: listener,
            _backlog: backlog,
        })
    }
}
