namespace Slipway.Bench.Gateway;

/// <summary>What the other proxies are told: forward everything to one backend over kept connections.</summary>
internal static class Configurations
{
    public static string[] NginxBackend(string directory, int port) => Nginx(directory, $"backend-{port}", port, """
        location / { return 200 "ok"; }
        """);

    public static string[] NginxProxy(string directory, int port, int backend) => Nginx(directory, $"proxy-{port}", port, """
        location / {
          proxy_pass http://backend;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $remote_addr;
        }
        """, $$"""upstream backend { server 127.0.0.1:{{backend}}; keepalive 64; keepalive_requests 1000000000; }""");

    public static string[] Haproxy(string directory, int port, int backend)
    {
        var file = Path.Combine(directory, $"haproxy-{port}.cfg");
        File.WriteAllText(file, $"""
            global
              nbthread 2
            defaults
              mode http
              timeout connect 5s
              timeout client 100s
              timeout server 100s
              option forwardfor
              http-reuse always
            listen proxy
              bind 127.0.0.1:{port}
              server one 127.0.0.1:{backend}

            """);
        return ["-db", "-q", "-f", file];
    }

    /// <summary>One process without a master, so that its own counters tell the whole cost.</summary>
    private static string[] Nginx(string directory, string name, int port, string location, string upstream = "")
    {
        var file = Path.Combine(directory, $"{name}.conf");
        File.WriteAllText(file, $$"""
            daemon off;
            master_process off;
            pid {{directory}}/{{name}}.pid;
            error_log stderr error;
            events { worker_connections 1024; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              client_body_temp_path {{directory}}/{{name}}-body;
              proxy_temp_path {{directory}}/{{name}}-proxy;
              fastcgi_temp_path {{directory}}/{{name}}-fastcgi;
              uwsgi_temp_path {{directory}}/{{name}}-uwsgi;
              scgi_temp_path {{directory}}/{{name}}-scgi;
              {{upstream}}
              server { listen 127.0.0.1:{{port}}; {{location}} }
            }

            """);
        return ["-c", file];
    }
}
