import java.io.IOException;
import java.nio.file.Path;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.Node;

/**
 * One Elasticsearch node on loopback: Launch HOME CONFIG DATA HTTP_PORT (0: any free one).
 *
 * <p>Prints "listening on PORT" and runs until its standard input ends, so that it never outlives the process that started it,
 * however that one died.
 */
public class Launch {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    Path config = Path.of(arguments[1]);
    Path data = Path.of(arguments[2]);
    LogConfigurator.configureESLogging();
    Settings settings =
        Settings.builder()
            .put("path.home", home.toString())
            .put("path.data", data.toString())
            .put("path.logs", data.resolve("logs").toString())
            .put("cluster.name", "moisson-tests")
            .put("node.name", "node")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", arguments[3])
            .put("transport.port", "0")
            .put("action.auto_create_index", "false")
            .put("cluster.max_shards_per_node", "20000")
            .put("cluster.routing.allocation.disk.threshold_enabled", "false")
            .build();
    Node node = new Node(new Environment(settings, config));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    HttpServerTransport http = node.injector().getInstance(HttpServerTransport.class);
    System.out.println("listening on " + http.boundAddress().publishAddress().getPort());
    while (System.in.read() >= 0) {
      // Whatever is written to it means nothing; its end means stop.
    }
    System.exit(0);
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (IOException error) {
      System.err.println("closing the node: " + error);
    }
  }
}
