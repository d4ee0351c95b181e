//! Connecting: straight to a checked address, or through the proxy.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxy::{Proxy, checked};
use super::resolver::{CheckedResolver, Refused};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Makes the connections of one client.
#[derive(Clone)]
pub(super) struct Connector {
    resolver: CheckedResolver,
    direct: HttpConnector<CheckedResolver>,
    proxied: Option<(Proxy, HttpConnector)>,
}

/// A connection, and whether what is written to it goes to the proxy itself.
pub(super) struct Stream {
    io: TokioIo<TcpStream>,
    to_proxy: bool,
}

impl Connector {
    pub(super) fn new(resolver: CheckedResolver, proxy: Option<Proxy>) -> Self {
        let mut direct = HttpConnector::new_with_resolver(resolver.clone());
        direct.set_connect_timeout(Some(CONNECT_TIMEOUT));
        direct.set_nodelay(true);
        direct.enforce_http(false);
        let proxied = proxy.map(|proxy| {
            let mut to_proxy = HttpConnector::new();
            to_proxy.set_connect_timeout(Some(CONNECT_TIMEOUT));
            to_proxy.set_nodelay(true);
            (proxy, to_proxy)
        });
        Self { resolver, direct, proxied }
    }

    async fn connect(mut self, target: Uri) -> Result<Stream, Refused> {
        let Some((proxy, mut to_proxy)) = self.proxied else {
            // The connector does not resolve what is an address already.
            self.resolver.check_literal(target.host().unwrap_or_default())?;
            return Ok(Stream { io: self.direct.call(target).await?, to_proxy: false });
        };
        if !self.resolver.encrypted {
            return Ok(Stream { io: to_proxy.call(proxy.uri).await?, to_proxy: true });
        }
        let target = checked(&target, &self.resolver).await?;
        let mut tunnel = Tunnel::new(proxy.uri, to_proxy);
        if let Some(credentials) = proxy.credentials {
            tunnel = tunnel.with_auth(credentials);
        }
        Ok(Stream { io: tunnel.call(target).await?, to_proxy: false })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Refused>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        Box::pin(self.clone().connect(target))
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.io.connected().proxy(self.to_proxy)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, buffers)
    }
}
