internal import NIOCore
package import SluiceConnection

/// `/`: a page to try everything from a browser.
package enum PageEndpoint {
    private static let page = ByteBuffer(bytes: PackageResources.page_html)

    package static func page(_ exchange: Exchange) {
        exchange.respond(
            Response(
                status: 200,
                headers: [
                    ("content-type", "text/html; charset=utf-8"),
                    ("cache-control", "no-cache"),
                    (
                        "content-security-policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
                            + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                    ),
                    ("x-content-type-options", "nosniff"),
                    ("referrer-policy", "no-referrer"),
                ],
                body: page))
    }
}
