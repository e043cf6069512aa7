import java.util.Map;
import org.elasticsearch.index.mapper.GeoShapeFieldMapper;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;

/** Offers the geo_shape field: its code is in the server's jar, but only modules of the full distribution register it. */
public class FootprintPlugin extends Plugin implements MapperPlugin {
  @Override
  public Map<String, Mapper.TypeParser> getMappers() {
    return Map.of("geo_shape", GeoShapeFieldMapper.PARSER);
  }
}
