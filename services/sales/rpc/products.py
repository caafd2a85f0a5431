"""Products over gRPC."""

from crm.sales.v1 import products_pb2 as pb
from crm.sales.v1.products_pb2_grpc import ProductsServicer

from kit.records import Records
from services.sales.model.products import Product


class Products(Records[Product, pb.Product], ProductsServicer):
    """Goods and services offered for sale."""

    record, message, listing = Product, pb.Product, pb.ProductList
